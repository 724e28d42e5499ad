import { capacitiesOf, running } from '../capacity.ts';
import { judge } from '../expression.ts';
import { type Check, ecsGuide, type Found } from '../finding.ts';
import { DEFINITIONS, INSTANCES, PROVIDERS } from '../reads.ts';

export const constraintMatchesNothing: Check = {
  id: 'constraint-matches-nothing',
  title: 'A placement constraint matches no instance of the cluster',
  severity: 'error',
  document: ecsGuide('task-placement-constraints'),
  reads: [...DEFINITIONS, ...INSTANCES, ...PROVIDERS],
  find: (snapshot) => {
    const hosts = snapshot.instances.filter(({ status }) => status === 'ACTIVE');
    // A cluster that has scaled to zero says nothing about what its instances will be.
    if (hosts.length === 0) return [];
    return running(snapshot).flatMap(({ service, definition }): Found[] => {
      if (service.desired === 0 || !capacitiesOf(service, snapshot).has('ec2')) return [];
      const all = [...new Set([...service.expressions, ...definition.expressions])];
      return all.flatMap((expression): Found[] => {
        const judgement = judge(expression, hosts);
        const subject = `service ${service.name}`;
        const fix =
          'Correct the constraint, or give the instances the attribute (ECS_INSTANCE_ATTRIBUTES in user data, or aws ecs put-attributes).';
        if (judgement.kind === 'not-judged') {
          const problem = `Its constraint memberOf ${expression} was not judged: ${judgement.why}.`;
          return [
            { resource: service.arn, subject, problem, fix: checkByHand(snapshot.cluster), severity: 'note' },
          ];
        }
        if (judgement.count > 0) return [];
        const problem = `Its constraint memberOf ${expression} matches none of the ${hosts.length} ACTIVE instances: no task of it can be placed.`;
        return [{ resource: service.arn, subject, problem, fix }];
      });
    });
  },
};

const checkByHand = (cluster: string) =>
  `See whether it lists an instance: aws ecs list-container-instances --cluster ${cluster} --status ACTIVE --filter EXPRESSION.`;
