// The framework loads CommonJS only; what it asks for is worked out in TypeScript.
module.exports = (framework) => import('./functions/stack.ts').then(({ stack }) => stack(framework));
