import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../cli/doctor/expression.ts';
import { clusterIn } from '../../cli/doctor/read/user-data.ts';

describe('the expression of a placement constraint', () => {
  const instance = (
    attributes: Readonly<Record<string, string>>,
    agentVersion: string | null = '1.75.0',
  ) => ({
    id: `i-${attributes['ecs.instance-type']}`,
    connected: true,
    agentVersion,
    attributes: new Map(Object.entries(attributes)),
  });
  const t3 = instance({ 'ecs.instance-type': 't3.large' });
  const m5 = instance({ 'ecs.instance-type': 'm5.large', gpu: '' }, '1.9.0');
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
    ['attribute:ecs.instance-type =~ t3.*', 1],
    ['attribute:ecs.instance-type !~ t3.*', 1],
    ['attribute:ecs.instance-type =~ c5.*', 0],
    ['attribute:gpu exists and attribute:ecs.instance-type == t3.large', 0],
    ['attribute:gpu exists && attribute:ecs.instance-type == m5.large', 1],
    ['attribute:ecs.instance-type == t3.large || attribute:gpu exists', 2],
    ['not (attribute:gpu exists)', 1],
    ['agentVersion >= 1.10.0', 1],
    ['ec2InstanceId in [i-t3.large, i-other]', 1],
    ['agentConnected == false', 0],
    // ECS lists nothing for it: an instance must have the attribute for != to hold.
    ['attribute:stack != prod', 0],
  ])('%s matches %i of two', (expression, count) => {
    expect(judge(expression, [t3, m5])).toEqual(matches(count));
  });

  it.each([
    ['task:group == service:web', 'the doctor does not read task:group'],
    ['attribute:gpu exists or runningTasksCount == 0', 'the doctor does not read runningTasksCount'],
    ['registeredAt < 2018-02-13', 'the doctor does not read registeredAt'],
    ['attribute:ecs.instance-type in t3.large', 'at its character 32, found "t3.large", expected a list'],
    ['attribute:ecs.instance-type ==', 'at its character 31, found the end, expected a value'],
    ['', 'at its character 1, found the end'],
    ['attribute:ecs.instance-type =~ t3.*+', 'at its character 35, the pattern has a possessive quantifier'],
    // It may match the whole of the value or a part of it, and an instance without the attribute or not.
    ['attribute:ecs.instance-type =~ large', 'AWS does not say'],
    ['attribute:stack not_in [prod]', 'AWS does not say'],
  ])('%s is not judged', (expression, why) => {
    expect(judge(expression, [t3, m5])).toEqual({ kind: 'not-judged', why: expect.stringContaining(why) });
  });

  it('and its negation share out all instances that have the attribute', () => {
    const value = fc
      .stringMatching(/^[a-z][a-z0-9.-]{0,8}$/)
      .filter((word) => !['and', 'or', 'not'].includes(word));
    fc.assert(
      fc.property(fc.array(value), value, (values, wanted) => {
        const instances = values.map((a) => instance({ a }));
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
