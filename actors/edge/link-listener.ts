import type { Log } from '../../src/ops/log.ts';
import type { Reception } from '../../src/remote/link/reception.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';

/**
 * Holds the places where peers call. It takes no messages; a crash of it costs the connections that
 * came in there, and the peers dial again.
 */
export function linkListenerActor(
  reception: Reception,
  log: Log,
): ActorSpec<readonly number[], never> {
  return {
    kind: 'link-listener',
    async start(ctx) {
      const ports = await reception.open();
      log('info', ctx.path, 'links-listening', { ports });
      return ports;
    },
    receive: (ports) => ports,
    stop: () => reception.close(),
    view: (ports) => ({ ports }),
  };
}
