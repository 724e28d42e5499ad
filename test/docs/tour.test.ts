import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { following } from '../live/tour/follow.ts';
import { readmeSteps } from '../live/tour/readme.ts';

const page = readFileSync('README.md', 'utf8');

describe('the steps of "Deploy in five minutes"', () => {
  it('are read with their lines, names and policy, in order', () => {
    const text = `## Deploy in five minutes

Before: \`npm no\`.

1. \`npm ci\`
2. Write \`stevedore.yml\`:

   \`\`\`yaml
   version: 1
   draining: {}
   \`\`\`

   \`\`\`sh
   npx one
   npx two
   \`\`\`

   and \`npx three\`.

After: \`npm no\`.

## Next
`;

    const steps = readmeSteps(text);

    const words = (...all: string[]) => all.map((one) => ({ kind: 'words', text: one }));
    expect(steps).toEqual([
      { number: 1, code: words('npm ci') },
      {
        number: 2,
        code: [
          ...words('stevedore.yml'),
          { kind: 'policy', text: 'version: 1\ndraining: {}\n' },
          ...words('npx one', 'npx two', 'npx three'),
        ],
      },
    ]);
  });

  it('are all known to the tour, and it to them', () => {
    const names = following(page).map(({ name }) => name);

    expect(names).toEqual(
      expect.arrayContaining([
        'npm ci',
        'npx serverless deploy --region eu-west-1',
        'npx stevedore apply plan.json --yes',
      ]),
    );
  });

  it.each([
    [
      'a new one',
      '3. `npx serverless',
      '3. `aws s3 mb`, `npx serverless',
      'step 3: the tour does not know `aws s3 mb`',
    ],
    [
      'another option',
      'validate\n   ```',
      'validate --json\n   ```',
      'none of them has npx stevedore validate',
    ],
    ['a step more', '\n6. [Add', '\n6. Wait.\n7. [Add', 'has 7 steps'],
  ])('stop the tour by %s', (_, from, to, message) => {
    expect(page).toContain(from);

    expect(() => following(page.replace(from, to))).toThrow(message);
  });

  it('stop the tour where there are none', () => {
    expect(() => readmeSteps('# Another page\n')).toThrow('no numbered steps');
  });
});
