/** The architecture as rules: docs/architecture.md says why. @type {import('dependency-cruiser').IConfiguration} */
const capabilities = '(draining|scaling|failover|retagging|capacity)';
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle hides which of two modules decides; types may refer to one another.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'lib-stands-alone',
      comment: 'lib never imports what is built on it.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(functions|cli|simulator|test|bench)/' },
    },
    {
      name: 'events-import-nothing-of-ours',
      comment: 'What AWS sends does not depend on what we make of it.',
      severity: 'error',
      from: { path: '^events/' },
      to: { path: '^(functions|lib|cli|simulator|test|bench)/' },
    },
    {
      name: 'capabilities-do-not-know-each-other',
      comment: 'Each can be read, tested and turned off by itself.',
      severity: 'error',
      from: { path: `^lib/${capabilities}/` },
      to: { path: `^lib/${capabilities}/`, pathNot: '^lib/$1/' },
    },
    {
      name: 'capabilities-know-only-their-ground',
      comment: 'Facts about AWS, records, the journal and placement; neither the policy file nor events.',
      severity: 'error',
      from: { path: `^lib/${capabilities}/` },
      to: { path: '^(lib/policy|events)/' },
    },
    {
      name: 'ground-does-not-know-capabilities',
      severity: 'error',
      from: { path: '^lib/(aws|state|journal|placement)/' },
      to: { path: `^lib/(policy|${capabilities.slice(1, -1)})/` },
    },
    {
      name: 'deciding-does-no-io',
      comment: 'What decides has no clients, no store, no clock: only values.',
      severity: 'error',
      from: {
        path: [
          '^lib/[a-z]+/(decide[a-z-]*|intake|look|admit|diagnose|outcome|timing)\\.ts$',
          '^lib/failover/(change|drift|flip|guard-images|guards|limits|messages|pool|signals|situation|strategy)\\.ts$',
          '^lib/capacity/(begin|follow|leaving|pending|reserve|(need|consolidation)/[a-z-]+)\\.ts$',
          '^lib/retagging/(choose|copy-plan|current|gates|image-use|intent|loops|order|tags|warnings)\\.ts$',
          '^lib/failover/migration/(associate|decide|follow|guards|intake|outcome|providers|stop|target)\\.ts$',
        ],
      },
      to: {
        path: '^(lib/aws|lib/state|node_modules/@aws-sdk)|^node:',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'rooms-of-capacity-are-apart',
      comment: 'Reading, need and consolidation share the vocabulary in lib/capacity and nothing else.',
      severity: 'error',
      from: { path: '^lib/capacity/(reading|need|consolidation)/' },
      to: { path: '^lib/capacity/(reading|need|consolidation)/', pathNot: '^lib/capacity/$1/' },
    },
    {
      name: 'functions-are-thin',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(cli|simulator|test|bench)/' },
    },
    {
      name: 'full-zod-only-at-build-time',
      comment: 'Full zod is 450 kB in a bundle; what runs on Lambda uses zod/mini.',
      severity: 'error',
      from: { pathNot: '^(lib/policy|cli|test)/' },
      to: { path: 'node_modules/zod/(index|v4/classic)' },
    },
    {
      name: 'ec2-only-when-needed',
      comment:
        'The EC2 client is larger than all others together: reached through a dynamic import of lib/aws/ec2.ts.',
      severity: 'error',
      from: { pathNot: '^lib/aws/ec2\\.ts$|^cli/doctor/|^test/|^simulator/' },
      to: { path: 'node_modules/@aws-sdk/client-ec2' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot:
          '\\.d\\.ts$|^events/samples/|^simulator/report/[a-z]+\\.js$|^test/browser/in-page\\.js$|^test/mutants/ignored\\.ts$',
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
  },
};
