import { describe, expect, it } from 'vitest';
import { createExplain } from '../../cli/explain.ts';
import { shelvesOf } from '../../cli/history/subjects.ts';
import { draftOf } from '../../cli/init/write.ts';
import { scopesOf } from '../../cli/pause/scopes.ts';
import { compileText } from '../../cli/policy-file.ts';
import { createWorld } from '../../simulator/world.ts';
import { edited } from '../events/samples.ts';
import { runWith } from './account.ts';
import { group, provider, snapshot } from './doctoring.ts';
import { account, bodyOf, prose } from './initing.ts';
import { connectTo, policyFile } from './planning.ts';

const POLICY = 'version: 1\ncapacity: { clusters: { prod: { groups: [prod-ecs] } } }\n';

it('a placement failure is explained by the function capacity, which notes it', async () => {
  const world = createWorld();
  world.addCluster('prod');
  const event = edited('service-action', { 'detail.eventName': 'SERVICE_TASK_PLACEMENT_FAILURE' });
  const verb = createExplain(connectTo(world), () => JSON.stringify(event));

  const { code, out } = await runWith({ explain: verb }, ['explain', '-', '--policy', policyFile(POLICY)]);

  expect(code).toBe(0);
  expect(out).toContain('Rule placement-failure matches, and calls the function capacity.');
  expect(out).toMatch(/\nheld {6}.*ECS finds no instance for a task of service web; .* \(placement-failed\)/);
});

it('an instance is a subject of draining and of capacity', () => {
  expect(shelvesOf('i-0123abcd').map(({ capability }) => capability)).toEqual(['draining', 'capacity']);
});

it('capacity is paused as a whole, or for a cluster', () => {
  const scopes = scopesOf(compileText(POLICY, 'test'));

  expect(scopes).toEqual(expect.arrayContaining(['capacity', 'capacity/prod']));
});

describe('stevedore init', () => {
  const drained = group({ hooks: [{ name: 'stevedore-drain', longestMs: 900_000 }] });

  it('takes groups that are drained, in mode observe', () => {
    const bare = group({ name: 'bare-ecs', hooks: [] });

    const { policy } = draftOf(account([snapshot({ groups: [drained, bare] })]));

    expect(policy?.runtime.capacity).toMatchObject({
      mode: 'observe',
      clusters: [{ cluster: 'prod', groups: [drained.name], consolidation: { afterMs: 600_000 } }],
    });
  });

  it('leaves out what managed scaling sizes, as a comment with the reason', () => {
    const sized = provider({ group: drained.name, managedScaling: true, managedDraining: false });

    const body = bodyOf(account([snapshot({ groups: [drained], providers: [sized] })]));

    expect(body).toContain(`\n      #groups: [${drained.name}]\n`);
    expect(prose(body)).toContain(`Left out: ${drained.name}. ECS's managed scaling sizes it`);
  });
});
