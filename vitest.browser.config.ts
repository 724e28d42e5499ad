import { defineConfig } from 'vitest/config';

// `npm run test:browser`. By itself, since `npm test` is to need nothing but Node.
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
