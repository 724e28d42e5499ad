import type { MetricRef } from '../cloudwatch/model.ts';
import type { World } from '../world.ts';
import type { AlarmSpec, LoadMetric, ScenarioSpec } from './model.ts';

/** An alarm on what the load of a service makes. */
export function addAlarm(world: World, spec: ScenarioSpec, name: string, alarm: AlarmSpec): void {
  const { comparison, threshold, minutes, missing, statistic } = alarm;
  world.cloudWatch.addAlarm({
    name,
    on: { ...metricOf(spec, alarm.service, alarm.metric), stat: statistic },
    comparison,
    threshold,
    evaluationPeriods: minutes,
    treatMissingData: missing,
  });
}

/** The metric that simulator/workload.ts publishes of it. */
function metricOf({ clusters }: ScenarioSpec, service: string, metric: LoadMetric): MetricRef {
  const [cluster = '', name = ''] = service.split('/');
  const target = { namespace: 'AWS/ApplicationELB', dimensions: { TargetGroup: `targetgroup/${name}` } };
  const queue = clusters[cluster]?.services[name]?.load?.queue ?? '';
  const sqs = { namespace: 'AWS/SQS', dimensions: { QueueName: queue } };
  switch (metric) {
    case 'cpu': {
      const dimensions = { ClusterName: cluster, ServiceName: name };
      return { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions };
    }
    case 'requests':
      return { ...target, metric: 'RequestCount' };
    case 'requests-per-task':
      return { ...target, metric: 'RequestCountPerTarget' };
    case 'messages':
      return { ...sqs, metric: 'ApproximateNumberOfMessagesVisible' };
    case 'oldest-message':
      return { ...sqs, metric: 'ApproximateAgeOfOldestMessage' };
    default:
      return metric satisfies never;
  }
}
