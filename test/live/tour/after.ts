import { command, edit, type Stage } from './stage.ts';

// What comes after the README: plans that are out of date, a policy by init, and the kill switch.

const IN = '--region eu-west-1';
const STALE = 'What would be done is not what was planned:';

/** The README ends with a stack in `mode: act`, and the plan of that in plan.json. */
export const afterwards: readonly Stage[] = [
  command(`npx stevedore plan ${IN}`, { code: 0, says: /Stack stevedore has this policy\./ }),
  // It is carried out already.
  command('npx stevedore apply plan.json --yes', {
    code: 3,
    says: new RegExp(
      `${STALE} deployed draining\\.mode: planned was pending .*; now it is nothing Nothing was changed`,
    ),
  }),

  edit('prod-ecs: {}', 'prod-ecs: {}\n      deadline: 45m'),
  command(`npx stevedore plan ${IN} --out longer.json`, {
    code: 3,
    says: /draining\.clusters\.prod\.deadline │ pending │ the default is deployed, and 45m would be\./,
  }),
  edit('45m', '50m'),
  command('npx stevedore apply longer.json --yes', {
    code: 3,
    says: /stevedore\.yml has changed since it was planned .*Nothing was changed/,
  }),
  edit('50m', '45m'),
  command('AWS_REGION=eu-central-1 npx stevedore apply longer.json --yes', {
    code: 3,
    says: /The plan is for Region eu-west-1, and this is eu-central-1/,
  }),
  command('npx stevedore apply longer.json --yes', {
    code: 0,
    says: /Service deployed to stack stevedore.*Deployed\./,
  }),
  command(`npx stevedore plan ${IN}`, { code: 0, says: /Stack stevedore has this policy\./ }),

  command(`npx stevedore init --out mine.yml ${IN}`, {
    code: 0,
    says: /mine\.yml is written; .*draining observe 1 cluster \(prod\), 1 group \(prod-ecs\)/,
  }),
  command('npx stevedore validate mine.yml', { code: 0, says: /mine\.yml is valid/ }),

  command(`npx stevedore pause draining --by tour@example.com ${IN}`, {
    code: 0,
    says: /draining is paused/,
  }),
  command(`npx stevedore status ${IN}`, { code: 0, says: /Paused draining, by tour@example\.com since/ }),
  command(`npx stevedore resume draining --by tour@example.com ${IN}`, {
    code: 0,
    says: /Nothing is paused/,
  }),
  command(`npx stevedore history ${IN}`, {
    code: 0,
    says: /tour@example\.com paused draining: .*\(paused-by-hand\).*tour@example\.com resumed draining, .*\(resumed-by-hand\)/,
  }),
];
