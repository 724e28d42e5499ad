import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{draining,scaling,failover,retagging}/*.test.ts'],
    exclude: ['**/*.property.test.ts'],
    setupFiles: ['test/setup.ts'],
    isolate: false,
  },
});
