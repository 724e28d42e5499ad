import { describe, expect, it } from 'vitest';
import { repositoryKey } from '../../cli/doctor/image.ts';
import { holdsSecret } from '../../cli/doctor/read/secrets.ts';
import type { RepositoryView } from '../../cli/doctor/snapshot.ts';
import { container, findings, repository, runs, snapshot } from './doctoring.ts';

const REGISTRY = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const KEY = repositoryKey('111122223333', 'eu-west-1', 'shop/api');

describe('too-many-containers', () => {
  const of = (count: number) => {
    const containers = Array.from({ length: count }, (_, index) => container({ name: `c${index}` }));
    return findings('too-many-containers', snapshot(runs({}, { containers })));
  };

  it('finds more than ten', () => {
    expect(of(11)[0]?.problem).toBe('It has 11 containers; ECS takes 10, and no quota raises that.');
  });

  it('notes ten, and finds nothing in nine', () => {
    expect(of(10)).toMatchObject([{ severity: 'note' }]);
    expect(of(9)).toEqual([]);
  });
});

describe('plain-secret', () => {
  it('names the variables', () => {
    const containers = [container({ secrets: ['DB_PASSWORD', 'API_KEY'] })];

    const [found] = findings('plain-secret', snapshot(runs({}, { containers })));

    expect(found).toMatchObject({
      subject: 'task definition web:7',
      problem: expect.stringContaining('Container app has literal values in DB_PASSWORD, API_KEY'),
    });
  });

  it('finds nothing without one', () => {
    expect(findings('plain-secret', snapshot(runs()))).toEqual([]);
  });

  it.each([
    ['DB_PASSWORD', 'hunter2'],
    ['DB_PASSWORD', '123456'],
    ['password', 'a b'],
    ['STRIPE_API_KEY', 'sk_live_1'],
    ['GITHUB_TOKEN', 'ghp_1'],
    ['JWT_SECRET_2', 'x'],
    ['AWS_SECRET_ACCESS_KEY', 'wJalr/bPx'],
    ['DATABASE_URL', 'postgres://shop:hunter2@db.example:5432/shop'],
  ])('%s=%s is one', (name, value) => {
    expect(holdsSecret(name, value)).toBe(true);
  });

  it.each([
    ['DB_PASSWORD', ''],
    ['DB_PASSWORD_FILE', '/run/secrets/db'],
    ['DB_PASSWORD', '/run/secrets/db'],
    ['SECRET_ARN', 'arn:aws:secretsmanager:eu-west-1:1:secret:x'],
    ['DB_SECRET', 'arn:aws:secretsmanager:eu-west-1:1:secret:x'],
    ['PASSWORD_MIN_LENGTH', '12'],
    ['MAX_TOKEN', '4096'],
    ['USE_SECRET', 'true'],
    ['API_KEY', '$FROM_ELSEWHERE'],
    ['STRIPE_PUBLISHABLE_API_KEY', 'pk_live_1'],
    ['AWS_ACCESS_KEY_ID', 'AKIA'],
    ['DATABASE_URL', 'postgres://db.example:5432/shop'],
    ['DATABASE_URL', 'postgres://shop:{{password}}@db.example/shop'],
    ['MONKEY', 'george'],
  ])('%s=%s is none', (name, value) => {
    expect(holdsSecret(name, value)).toBe(false);
  });
});

describe('mutable-tag', () => {
  const of = (image: string, seen: Partial<RepositoryView>, pinned = true) =>
    findings(
      'mutable-tag',
      snapshot({
        ...runs({}, { containers: [container({ image, pinned })] }),
        repositories: new Map([[KEY, repository(seen)]]),
      }),
    );

  it('finds a tag in a mutable repository', () => {
    const [found] = of(`${REGISTRY}/shop/api:prod`, { mutability: 'MUTABLE' });

    expect(found?.problem).toContain('Container app runs shop/api:prod');
    expect(found?.problem).toContain('ECS holds the digest for one deployment');
  });

  it('takes an image without a tag as latest', () => {
    expect(of(`${REGISTRY}/shop/api`, { mutability: 'MUTABLE' })[0]?.problem).toContain('shop/api:latest');
  });

  it('says that tasks may differ where ECS holds no digest', () => {
    const [found] = of(`${REGISTRY}/shop/api:prod`, { mutability: 'MUTABLE' }, false);

    expect(found?.problem).toContain('each task takes whatever the tag is when it starts');
  });

  it('goes by the exceptions of the repository', () => {
    const exceptions = ['dev-*', 'v1.0'];

    expect(
      of(`${REGISTRY}/shop/api:dev-1`, { mutability: 'IMMUTABLE_WITH_EXCLUSION', exceptions }),
    ).toHaveLength(1);
    expect(of(`${REGISTRY}/shop/api:v1x0`, { mutability: 'IMMUTABLE_WITH_EXCLUSION', exceptions })).toEqual(
      [],
    );
    expect(of(`${REGISTRY}/shop/api:dev-1`, { mutability: 'MUTABLE_WITH_EXCLUSION', exceptions })).toEqual(
      [],
    );
    expect(
      of(`${REGISTRY}/shop/api:prod`, { mutability: 'MUTABLE_WITH_EXCLUSION', exceptions }),
    ).toHaveLength(1);
  });

  it.each([
    ['an immutable tag', `${REGISTRY}/shop/api:prod`, 'IMMUTABLE'],
    ['a digest', `${REGISTRY}/shop/api@sha256:${'a'.repeat(64)}`, 'MUTABLE'],
    ['a tag beside a digest', `${REGISTRY}/shop/api:prod@sha256:${'a'.repeat(64)}`, 'MUTABLE'],
    ['another registry', 'public.ecr.aws/shop/api:prod', 'MUTABLE'],
    ['another account', '999999999999.dkr.ecr.eu-west-1.amazonaws.com/shop/api:prod', 'MUTABLE'],
  ])('finds nothing in %s', (_, image, mutability) => {
    expect(of(image, { mutability })).toEqual([]);
  });
});

describe('repositories', () => {
  const of = (id: string, seen: Partial<RepositoryView>) =>
    findings(id, snapshot({ repositories: new Map([[KEY, repository(seen)]]) }));

  it('are found without a lifecycle policy', () => {
    expect(of('repository-without-lifecycle', { hasLifecyclePolicy: false })).toMatchObject([
      { subject: 'repository shop/api' },
    ]);
    expect(of('repository-without-lifecycle', {})).toEqual([]);
  });

  it('are found without a scan', () => {
    expect(of('repository-without-scan', { isScanned: false })).toMatchObject([
      { subject: 'repository shop/api' },
    ]);
    expect(of('repository-without-scan', {})).toEqual([]);
  });
});
