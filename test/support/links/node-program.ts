/**
 * One node as a process of its own: a lane on real time with an end of a link. It obeys JSON lines
 * on its standard input and says what happens in JSON lines on its standard output.
 *
 *   node node-program.js '{"name": "tokyo", "peer": "london", "listen": true, …}'
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ActorSpec, ChildFailed, Terminated } from '../../../actors/runtime/actor-spec.ts';
import { Lane } from '../../../actors/runtime/lane.ts';
import { linkActor } from '../../../actors/runtime/links/link.ts';
import type { AskFailed } from '../../../actors/runtime/switchboard.ts';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { dialLink, type LinkPlace, listenForLinks } from '../../../src/remote/link-socket.ts';
import { root } from '../shared.ts';
import {
  aDesk,
  COMMAND_DESK,
  commandDesk,
  DESK,
  type DeskMessage,
  desk,
  spawnEdge,
} from './two-nodes.ts';

/** What a node is told when it begins. */
export interface NodeSettings {
  readonly name: 'london' | 'tokyo';
  readonly peer: 'london' | 'tokyo';
  readonly place: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Whose certificate it shows; its own unless a test wants another. */
  readonly certificate?: string;
}

/** What a node is told later. */
export type Order =
  | { readonly do: 'tell' | 'command'; readonly n: number }
  | { readonly do: 'ask'; readonly n: number; readonly limitMs: number }
  | { readonly do: 'watch' };

const settings: NodeSettings = JSON.parse(process.argv[2] as string);
/** Short, because the test waits for them, and long enough for a machine that has much to do. */
const PACE = {
  beatMs: 200,
  silenceMs: 2_000,
  redial: { minMs: 20, maxMs: 100, jitterFraction: 0.5, resetAfterMs: 1_000 },
};

const isDesk = settings.name === 'tokyo';
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
const lane = new Lane({
  name: settings.name,
  clock: nodeClock,
  timers: nodeTimers,
  random: rngOf(randomBytes(4).readUInt32LE()),
});

const place = placeOf(settings.place);
const listener = isDesk ? await listenForLinks(place) : null;
const transport = listener?.from(settings.peer) ?? dialLink(settings.name, settings.peer, place);
if (isDesk) await spawnEdge(lane, { desk: announcing('seen'), command: announcing('commanded') });
await lane.spawn(
  linkActor({
    node: { name: settings.name, incarnation: randomBytes(8).toString('hex') },
    peer: settings.peer,
    transport,
    exports: isDesk ? [DESK, COMMAND_DESK] : [],
    imports: isDesk ? [] : [DESK, COMMAND_DESK],
    board: lane.board,
    pace: PACE,
    onEvent: say,
  }),
  'link',
);
say({ kind: 'ready', port: listener?.port ?? 0 });

createInterface(process.stdin)
  .on('line', (line) => obey(JSON.parse(line)))
  .on('close', () => process.exit(0));

function placeOf(given: NodeSettings['place']): LinkPlace {
  if ('path' in given) return { kind: 'unix', path: given.path };
  const read = (name: string): string =>
    readFileSync(join(root, 'test', 'support', 'fixtures', 'links', name), 'utf8');
  const certificate = settings.certificate ?? settings.name;
  const credentials = {
    key: read(`${certificate}.key`),
    certificate: read(`${certificate}.pem`),
    authority: read('authority.pem'),
  };
  return { kind: 'tls', ...given, credentials };
}

/** A desk whose every message is told to the test. It keeps a question about a negative number. */
function announcing(what: string): ActorSpec<null, DeskMessage> {
  const spec = aDesk([]);
  return {
    ...spec,
    receive(state, message, ctx) {
      if (message.kind !== 'meet') say({ kind: what, n: message.n });
      const isKept = message.kind === 'double' && message.n < 0;
      return isKept ? state : spec.receive(state, message, ctx);
    },
  };
}

function obey(order: Order): void {
  if (order.do === 'watch') {
    void lane.spawn(watcher(), `watcher-${randomBytes(4).toString('hex')}`);
  } else if (order.do === 'ask') {
    const { n, limitMs } = order;
    lane
      .ask<DeskMessage, number>(desk, (reply) => ({ kind: 'double', n, reply }), limitMs)
      .then(
        (answer) => say({ kind: 'answer', n, answer }),
        (thrown: AskFailed) => say({ kind: 'ask-failed', n, reason: thrown.reason }),
      );
  } else {
    const to = order.do === 'tell' ? desk : commandDesk;
    say({ kind: 'sent', n: order.n, isIn: lane.send(to, { kind: 'note', n: order.n }) });
  }
}

function watcher(): ActorSpec<null, Terminated | ChildFailed> {
  return {
    kind: 'watcher',
    start(ctx) {
      ctx.watch(desk);
      return null;
    },
    receive(state, news) {
      say({ kind: 'told', reason: news.kind === 'terminated' ? news.reason.kind : news.kind });
      return state;
    },
  };
}
