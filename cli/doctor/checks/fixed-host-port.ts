import { capacitiesOf, room, running } from '../capacity.ts';
import { type Check, ecsGuide, type Found } from '../finding.ts';
import { DEFINITIONS, INSTANCES, PROVIDERS } from '../reads.ts';
import type { DefinitionView } from '../snapshot.ts';

/** A port of the host is taken once an instance; so there is at most one such task on each. */
export const fixedHostPort: Check = {
  id: 'fixed-host-port',
  title: 'A fixed host port leaves no instance for another task of the service',
  severity: 'warning',
  document: ecsGuide('service-event-messages-list'),
  reads: [...DEFINITIONS, ...INSTANCES, ...PROVIDERS],
  find: (snapshot) =>
    running(snapshot).flatMap(({ service, definition }): Found[] => {
      const [port] = fixedPorts(definition);
      if (port === undefined || service.daemon || service.desired === 0) return [];
      if (!capacitiesOf(service, snapshot).has('ec2')) return [];
      const hosts = snapshot.instances.filter((one) => one.status === 'ACTIVE' && one.connected).length;
      const { desired, arn, name } = service;
      const subject = `service ${name}`;
      const mode = definition.networkMode;
      const fix =
        mode === 'host'
          ? 'Use network mode awsvpc, which gives each task an address of its own, or keep one instance more than there are tasks.'
          : 'Set hostPort to 0, so that Docker chooses a free one, or use network mode awsvpc.';
      if (desired > hosts) {
        const problem = `Port ${port} of the host is fixed (${definition.name}, network mode ${mode}), so each instance can run one task: ${desired} are wanted, and ${hosts} instances are ACTIVE.`;
        return [{ resource: arn, subject, problem, fix, severity: 'error' }];
      }
      const needsOneMore = service.rolling && room(service).least >= desired;
      if (!needsOneMore || desired < hosts) return [];
      const problem = `Port ${port} of the host is fixed (${definition.name}, network mode ${mode}) and all ${hosts} instances have a task; with minimumHealthyPercent ${service.minPercent} a deployment or a drain has to start one more first, and cannot.`;
      return [{ resource: arn, subject, problem, fix }];
    }),
};

function fixedPorts({ networkMode, containers }: DefinitionView): number[] {
  const ports = containers.flatMap((container) => container.ports);
  // In mode `host` the port of the container is the one of the host, whatever else is written.
  if (networkMode === 'host') return ports.map(({ container }) => container);
  return networkMode === 'bridge' ? ports.flatMap(({ host }) => (host > 0 ? [host] : [])) : [];
}
