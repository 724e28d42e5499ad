import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../cli/doctor/expression.ts';
import { clusterIn } from '../../cli/doctor/read/user-data.ts';

describe('the expression of a placement constraint', () => {
  const t3 = new Map([['ecs.instance-type', 't3.large']]);
  const m5 = new Map([
    ['ecs.instance-type', 'm5.large'],
    ['gpu', ''],
  ]);
  const matches = (count: number) => ({ kind: 'matches', count });

  it.each([
    ['attribute:ecs.instance-type == t3.large', 1],
    ["attribute:ecs.instance-type == 't3.large'", 1],
    ['attribute:ecs.instance-type equals m5.large', 1],
    ['attribute:ecs.instance-type==t2.micro', 0],
    ['attribute:ecs.instance-type != t3.large', 1],
    ['attribute:ecs.instance-type not_equals t2.micro', 2],
    ['attribute:ecs.instance-type in [t3.large, "m5.large"]', 2],
    ['attribute:ecs.instance-type in [t2.micro]', 0],
    ['attribute:ecs.instance-type !in [t3.large]', 1],
    ['attribute:ecs.instance-type not_in [t3.large, m5.large]', 0],
    ['attribute:gpu exists', 1],
    ['attribute:gpu !exists', 1],
    ['attribute:gpu not_exists', 1],
    ['attribute:fpga exists', 0],
  ])('%s matches %i of two', (expression, count) => {
    expect(judge(expression, [t3, m5])).toEqual(matches(count));
  });

  it.each([
    'attribute:ecs.instance-type =~ t3.*',
    'attribute:gpu exists and attribute:ecs.instance-type == t3.large',
    'attribute:ecs.instance-type == t3.large || attribute:gpu exists',
    'not (attribute:gpu exists)',
    'task:group == service:web',
    'runningTasksCount == 0',
    'attribute:ecs.instance-type in t3.large',
    'attribute:ecs.instance-type ==',
    '',
  ])('%s is not judged', (expression) => {
    expect(judge(expression, [t3, m5])).toEqual({ kind: 'not-judged' });
  });

  it('and its negation share out all instances that have the attribute', () => {
    const value = fc
      .stringMatching(/^[a-z][a-z0-9.-]{0,8}$/)
      .filter((word) => !/\b(and|or|not)\b/.test(word));
    fc.assert(
      fc.property(fc.array(value), value, (values, wanted) => {
        const instances = values.map((one) => new Map([['a', one]]));
        const of = (operator: string) => {
          const judgement = judge(`attribute:a ${operator} ${wanted}`, instances);
          return judgement.kind === 'matches' ? judgement.count : Number.NaN;
        };
        expect(of('==') + of('!=')).toBe(values.length);
        expect(of('==')).toBe(values.filter((one) => one === wanted).length);
      }),
    );
  });
});

describe('the cluster in user data', () => {
  const of = (text: string) => clusterIn(Buffer.from(text).toString('base64'));
  const prod = { kind: 'named', cluster: 'prod' };

  it.each([
    ['a shell script', '#!/bin/bash\necho ECS_CLUSTER=prod >> /etc/ecs/ecs.config\n'],
    ['quotes', 'echo "ECS_CLUSTER=prod" >> /etc/ecs/ecs.config'],
    ['a here document', "cat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=prod\nECS_LOGLEVEL=info\nEOF"],
    ['the last of two lines', 'ECS_CLUSTER=old\nECS_CLUSTER=prod'],
    [
      'a part of MIME',
      'Content-Type: multipart/mixed; boundary=x\n\n--x\n\necho ECS_CLUSTER=prod>>/etc/ecs/ecs.config',
    ],
    ['Bottlerocket', '[settings.host-containers.admin]\nenabled = true\n[settings.ecs]\ncluster = "prod"\n'],
    ['PowerShell', '<powershell>\nInitialize-ECSAgent -Cluster "prod" -EnableTaskIAMRole\n</powershell>'],
  ])('is read from %s', (_, text) => {
    expect(of(text)).toEqual(prod);
  });

  it.each([
    ['nothing', ''],
    ['another setting', '#!/bin/bash\nyum update -y\n'],
    ['a comment', '# ECS_CLUSTER=prod\n'],
  ])('is none in %s', (_, text) => {
    expect(of(text)).toEqual({ kind: 'unnamed' });
  });

  it.each([
    ['a variable', 'echo ECS_CLUSTER=$CLUSTER >> /etc/ecs/ecs.config'],
    ['a file from elsewhere', 'aws s3 cp s3://conf/ecs.config /etc/ecs/ecs.config'],
    ['a script from elsewhere', 'curl https://example.com/boot.sh | bash'],
  ])('is not judged in %s', (_, text) => {
    expect(of(text)).toEqual({ kind: 'not-judged' });
  });

  it('is not judged in what is packed', () => {
    expect(clusterIn(Buffer.from([0x1f, 0x8b, 8, 0]).toString('base64'))).toEqual({ kind: 'not-judged' });
  });
});
