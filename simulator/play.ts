// `npm start`: plays the harbour scenario and prints what Stevedore did, and why. Nothing leaves this machine.
// `npm start -- --html FILE` writes the report too.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import picocolors from 'picocolors';
import { MINUTE } from '../lib/clock.ts';
import { observeWorld } from './report/observe.ts';
import { runFigures } from './report/run/figures.ts';
import { runPage } from './report/run/page.ts';
import { RUN_REMARKS } from './report/run/run.ts';
import { harbour } from './scenarios/harbour.ts';
import { summary } from './summary.ts';
import { timeline } from './timeline.ts';

const WIDEST = 120;

const colors = picocolors.createColors(process.stdout.isTTY && picocolors.isColorSupported);
const scenario = harbour();
const { world, deployment, steps, endsAt } = scenario;
const { html } = parseArgs({ options: { html: { type: 'string' } } }).values;
const minutes = (endsAt - world.now()) / MINUTE;
const bar = new SingleBar({
  format: 'Playing an afternoon in a simulated cluster [{bar}] {value}/{total} min',
  stream: process.stderr,
  hideCursor: true,
  clearOnComplete: true,
});

const began = performance.now();
bar.start(minutes, 0);
const observation = await observeWorld({ world }, endsAt, (done) => bar.update(done / MINUTE));
bar.stop();
const realMs = performance.now() - began;

const width = Math.min(process.stdout.columns ?? 100, WIDEST);
const lines = [
  colors.bold('An afternoon in the cluster "harbour"'),
  'The Lambda handlers are the ones that are deployed; ECS, EC2, Auto Scaling, CloudWatch and EventBridge are simulated,',
  'and so is the time. The policy is examples/harbour.yml. Each decision has its reason; docs/reason-codes.md explains them all.',
  ...timeline(world, deployment, steps, width, colors),
  '',
  summary(world, deployment, realMs, colors),
];
process.stdout.write(`${lines.join('\n')}\n`);
if (html !== undefined) {
  const { journal } = deployment;
  const figures = runFigures(observation, world.recording, journal);
  const subtitle = 'the policy examples/harbour.yml';
  const title = 'An afternoon in the cluster "harbour"';
  writeFileSync(
    html,
    runPage({ title, subtitle, observation, steps, journal, figures, remarks: RUN_REMARKS }),
  );
  process.stdout.write(`The report is in ${html}.\n`);
}
