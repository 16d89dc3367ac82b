import { runDaemonCommand } from '../../src/commands/daemon-commands.ts';
import type { Desk } from '../../src/commands/desk.ts';
import type { Env } from '../../src/core/env.ts';
import type { Log } from '../../src/ops/log.ts';
import { listen, type RemoteServer, type ServerOptions } from '../../src/remote/server.ts';
import type { ActorSpec } from '../runtime/actor-spec.ts';

export interface ShellOptions
  extends Pick<ServerOptions, 'socketPath' | 'tls' | 'version' | 'keys'> {
  readonly desk: Desk;
  readonly env: Pick<Env, 'clock' | 'timers' | 'entropy'>;
  readonly log: Log;
}

/**
 * The daemon's end of the remote shell. It takes no messages: sessions live on the socket, and
 * what they ask goes through the desk to the actors concerned. A crash of it costs sessions only.
 */
export function shellActor(options: ShellOptions): ActorSpec<RemoteServer, never> {
  const { desk, env, log } = options;
  return {
    kind: 'shell',
    start: (ctx) =>
      listen({
        socketPath: options.socketPath,
        tls: options.tls,
        version: options.version,
        keys: options.keys,
        entropy: env.entropy,
        clock: env.clock,
        timers: env.timers,
        run: (words, who) => runDaemonCommand(desk, words, who),
        onEvent: (kind, fields) =>
          log(kind === 'listener-broken' ? 'error' : 'info', ctx.path, kind, fields),
      }),
    receive: (server) => server,
    stop: (server) => server.close(),
    view: ({ connections, tlsPort }) => ({ connections, tlsPort }),
  };
}
