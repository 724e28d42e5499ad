import { stepArea, stepLine, topFor } from '../curves.ts';
import type { GroupTrack, InstanceState, InstanceTrack } from '../observation.ts';
import { type Row, rowOf } from './rows.ts';
import { lengthOf, notable, noteOf, percentAt, type Run, sinceStart } from './run.ts';

const WORDS: Readonly<Record<InstanceState, string>> = {
  pending: 'not yet registered',
  active: 'ACTIVE',
  draining: 'DRAINING',
  unreachable: 'agent disconnected or host ending',
  gone: 'gone',
};

/** A group: how many instances it wants and has, and then each instance. */
export function groupRows(run: Run, group: GroupTrack): readonly Row[] {
  const own = run.observation.instances.filter((instance) => instance.group === group.name);
  const most = Math.max(
    1,
    ...run.observation.instances.flatMap(({ tasks }) => tasks.map(([, count]) => count)),
  );
  return [groupRow(run, group), ...own.map((instance, index) => instanceRow(run, instance, index + 1, most))];
}

function groupRow(run: Run, { name, desired, active }: GroupTrack): Row {
  const { observation, journal } = run;
  const wanted = sinceStart(observation, desired);
  const there = sinceStart(observation, active);
  const top = topFor(Math.max(1, ...[...wanted, ...there].map(([, count]) => count)));
  const scale = { from: 0, to: lengthOf(observation), top };
  return rowOf(run, {
    key: `group/${name}`,
    name,
    remark: 'ACTIVE instances',
    kind: 'chart',
    top,
    readings: [
      { text: '{} desired', points: wanted },
      { text: '{} ACTIVE', points: there },
    ],
    notes: notable(journal)
      .filter(({ subject }) => subject === `group/${name}`)
      .map((entry) => noteOf(entry, observation.startsAt)),
    drawing: `<path class="there" d="${stepArea(there, scale)}"/><path class="wanted" d="${stepLine(wanted, scale)}"/>`,
  });
}

function instanceRow(run: Run, instance: InstanceTrack, nth: number, most: number): Row {
  const { observation, journal } = run;
  const length = lengthOf(observation);
  const states = sinceStart(observation, instance.state);
  const tasks = sinceStart(observation, instance.tasks);
  const segments = states
    .filter(([, state]) => state !== 'gone')
    .map(([at, state]) => {
      const end = states.find(([next]) => next > at)?.[0] ?? length;
      return `<i class="state ${state}" style="left:${percentAt(at, length)};width:${percentAt(end - at, length)}"></i>`;
    });
  return rowOf(run, {
    key: instance.id,
    name: `${instance.group}/${nth}`,
    remark: `${instance.id}${instance.spot ? ', Spot' : ''}`,
    kind: 'lane',
    readings: [
      { text: '{}', points: states.map(([at, state]) => [at, WORDS[state]] as const) },
      { text: '{} tasks', one: '1 task', points: tasks },
    ],
    notes: notable(journal)
      .filter(({ subject }) => subject === instance.id)
      .map((entry) => noteOf(entry, observation.startsAt)),
    drawing: `<path class="tasks" d="${stepArea(tasks, { from: 0, to: length, top: most * 1.6 })}"/>`,
    over: segments.join(''),
  });
}
