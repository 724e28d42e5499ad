import { describe, expect, it } from 'vitest';
import { createLogger, createLogSink, reportSinkFailure } from '../../lib/journal/log.ts';
import { entry } from './entries.ts';
import { linesOf } from './output.ts';

describe('the log sink', () => {
  it('writes a decision as one JSON line', async () => {
    const decision = entry({
      calls: ['ECS:UpdateContainerInstancesState'],
      cause: { eventId: 'e-1', detailType: 'EC2 Instance-terminate Lifecycle Action' },
      facts: { tasks: 12, group: 'ecs-asg', hooks: ['drain'], daemon: false },
    });
    const [line] = await linesOf(() => createLogSink(createLogger()).write([decision]));
    expect({ ...line, timestamp: 'T' }).toMatchInlineSnapshot(`
      {
        "decision": {
          "at": "2026-11-21T12:00:00.007Z",
          "calls": [
            "ECS:UpdateContainerInstancesState",
          ],
          "capability": "draining",
          "cause": {
            "detailType": "EC2 Instance-terminate Lifecycle Action",
            "eventId": "e-1",
          },
          "cluster": "prod",
          "facts": {
            "daemon": false,
            "group": "ecs-asg",
            "hooks": [
              "drain",
            ],
            "tasks": 12,
          },
          "outcome": "acted",
          "reason": "drain-started",
          "subject": "i-1",
          "weight": "notable",
        },
        "level": "INFO",
        "message": "i-1 is now DRAINING: its group wants to terminate it.",
        "sampling_rate": 0,
        "service": "stevedore",
        "timestamp": "T",
      }
    `);
  });

  it('takes over neither unknown fields nor facts that may be secret', async () => {
    const facts = { lifecycleActionToken: '8765-4321', DB_PASSWORD: 'hunter2', tasks: 1 };
    const decision = { ...entry({ facts }), event: { detail: 'the whole event' } };
    const lines = await linesOf(() => createLogSink(createLogger()).write([decision]));
    expect(JSON.stringify(lines)).not.toMatch(/8765-4321|hunter2|whole event/);
    expect(lines[0]).toMatchObject({ decision: { facts: { tasks: 1 } } });
  });

  it('cuts what is too long for a line', async () => {
    const tasks = Array.from({ length: 120 }, (_, index) => `task-${index}`);
    const decision = entry({ sentence: 'x'.repeat(5000), facts: { tasks } });
    const [line] = await linesOf(() => createLogSink(createLogger()).write([decision]));
    expect(String(line?.message)).toHaveLength(1001);
    const logged = line as { decision: { facts: { tasks: string[] } } };
    expect(logged.decision.facts.tasks).toHaveLength(51);
    expect(logged.decision.facts.tasks.at(-1)).toBe('and 70 more');
  });

  it('raises the level with the outcome', async () => {
    const outcomes = ['ignored', 'refused', 'failed'] as const;
    const entries = outcomes.map((outcome) => entry({ outcome }));
    const lines = await linesOf(() => createLogSink(createLogger()).write(entries));
    expect(lines.map(({ level }) => level)).toEqual(['INFO', 'WARN', 'ERROR']);
  });

  it('logs the failure of another sink', async () => {
    const failure = { sink: 'bus', error: new Error('no route'), entries: 3 };
    const [line] = await linesOf(() => reportSinkFailure(createLogger(), failure));
    expect(line).toMatchObject({
      level: 'ERROR',
      message: 'The journal could not write 3 entries to its bus sink: no route',
      error: { message: 'no route' },
    });
  });
});
