// `npm run mutants:decide`: what decides, changed in every small way that Stryker knows (docs/mutation-testing.md).
import { join } from 'node:path';
import type { Stryker } from '@stryker-mutator/core';

const deciding = {
  draining: ['decide', 'decide-draining', 'decide-leaving', 'admit', 'timing'],
  scaling: [
    'decide',
    'backlog',
    'combine',
    'cooldown',
    'freeze',
    'guards',
    'ordered',
    'schedule',
    'scheduled',
    'situation',
    'step-policy',
    'step-size',
    'steps',
    'tracking',
  ],
  failover: ['decide', 'decide-closed', 'decide-open', 'decide-paired', 'decide-returning'],
  retagging: ['decide', 'decide-order', 'decide-rule'],
};

export default {
  mutate: [
    ...Object.entries(deciding).flatMap(([capability, modules]) =>
      modules.map((module) => `lib/${capability}/${module}.ts`),
    ),
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutants/vitest.decide.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner', join(import.meta.dirname, 'ignored.ts')],
  ignorers: ['prose', 'unreachable'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Long, so that a busy machine is not taken for a test that found something.
  timeoutMS: 10_000,
  thresholds: { high: 95, low: 90, break: 90 },
  // vitest strips the types and does not check them.
  disableTypeChecks: false,
  tempDirName: '.build/stryker',
  ignorePatterns: ['.serverless', '.build', '/docs', '/examples', '/bench', '/cli'],
  reporters: ['clear-text', 'progress', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.build/mutants-decide.json' },
  allowEmpty: false,
} satisfies ConstructorParameters<typeof Stryker>[0];
