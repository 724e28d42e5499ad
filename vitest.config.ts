import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Those need Chromium: npm run test:browser.
    exclude: [...configDefaults.exclude, 'test/browser/**'],
    setupFiles: ['test/setup.ts'],
    // The suites that package the service or start DynamoDB take seconds, not milliseconds.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // vitest leaves one processor to its main thread, which idles: of two that is half.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
