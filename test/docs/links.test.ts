import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchors, pagesEndingIn, prose, root } from './pages.ts';

const markdown = pagesEndingIn(/\.md$/);

describe('the documentation', () => {
  it('consists of the pages that a reader looks for', () => {
    const paths = markdown.map(({ path }) => path);

    expect(paths).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/draining.md']));
  });

  it.each(markdown)(
    '$path: every relative link leads to a file, and to a heading of it',
    ({ folder, path, text }) => {
      const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link));
      const broken = links.filter((link) => {
        const [target = '', anchor] = link.split('#');
        const file = target === '' ? join(root, path) : resolve(folder, target);
        if (!existsSync(file)) return true;
        return (
          anchor !== undefined &&
          !(statSync(file).isFile() && anchors(readFileSync(file, 'utf8')).includes(anchor))
        );
      });

      expect(broken).toEqual([]);
    },
  );

  it('is where code, settings and pages say it is', () => {
    const mentions = pagesEndingIn(/\.(md|ts|mjs|cjs|ya?ml)$/).flatMap(({ path, text }) =>
      [...text.matchAll(/(?<![\w./-])docs\/[\w-]+\.md/g)].map(([page]) => ({ path, page })),
    );

    expect(mentions.length).toBeGreaterThan(10);
    expect(mentions.filter(({ page }) => !existsSync(join(root, page)))).toEqual([]);
  });

  it('names only folders and files that exist', () => {
    const broken = markdown.flatMap(({ path, text }) =>
      [
        ...prose(text).matchAll(
          /`((?:lib|functions|events|simulator|cli|bench|test|examples|docs)\/[\w./-]*)`/g,
        ),
      ]
        .filter(([, file = '']) => !existsSync(join(root, file)) && !file.includes('NAME'))
        .map(([, file]) => ({ path, file })),
    );

    expect(broken).toEqual([]);
  });
});
