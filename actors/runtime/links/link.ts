import { type BackoffPolicy, backoffMs } from '../../../src/core/backoff.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { compileContracts, type LinkContract } from '../../../src/remote/link-contract.ts';
import { encodeLinkFrame, type LinkFrame, type LinkHello } from '../../../src/remote/link-frame.ts';
import {
  greetingFault,
  greetingOf,
  type LinkIdentity,
} from '../../../src/remote/link-handshake.ts';
import type {
  LinkAttempt,
  LinkChannel,
  LinkChannelHandlers,
  LinkTransport,
} from '../../../src/remote/link-transport.ts';
import type { ActorSpec, Context } from '../actor-spec.ts';
import type { ActorRef } from '../ref.ts';
import { disconnected, type Route, type Switchboard, type Watched } from '../switchboard.ts';
import { Commands, type PendingCommand } from './commands.ts';
import { Connection, type Letter } from './connection.ts';
import { Session, type SessionHost } from './session.ts';

/** A node: what others call it, and 16 hexadecimal digits that no other life of it has had. */
export interface LinkNode {
  readonly name: string;
  readonly incarnation: string;
}

export interface LinkOptions {
  readonly node: LinkNode;
  /** Name of the node at the other end; its actors are `@peer/path` here. */
  readonly peer: string;
  readonly transport: LinkTransport;
  /** What the peer may send here. */
  readonly exports: readonly LinkContract[];
  /** What may be sent to the peer. */
  readonly imports: readonly LinkContract[];
  /** The address space of the lane that the link actor is spawned on. */
  readonly board: Switchboard;
  readonly pace?: Partial<LinkPace>;
  readonly onEvent?: (event: LinkEvent) => void;
}

/** Times of a link; milliseconds. */
export interface LinkPace {
  /** Between two signs of life. */
  readonly beatMs: number;
  /** Without any sign of life for so long, the peer counts as lost. */
  readonly silenceMs: number;
  readonly greetingMs: number;
  /** A command that is not acknowledged by then is given up: late commands are dangerous ones. */
  readonly commandMs: number;
  readonly redial: BackoffPolicy;
}

export type LinkEvent =
  | { readonly kind: 'link-up'; readonly peer: string; readonly incarnation: string }
  | { readonly kind: 'link-lost'; readonly peer: string; readonly why: string }
  /** No link came of it; a dialling end tries again. */
  | { readonly kind: 'link-refused'; readonly peer: string; readonly why: string }
  | {
      readonly kind: 'message-refused';
      readonly peer: string;
      readonly path: string;
      readonly detail: string;
    };

export const PACE: LinkPace = {
  beatMs: 1_000,
  silenceMs: 5_000,
  greetingMs: 5_000,
  commandMs: 10_000,
  redial: { minMs: 250, maxMs: 30_000, jitterFraction: 0.5, resetAfterMs: 60_000 },
};

type LinkMessage = { readonly kind: 'beat' | 'redial' | 'flush' };

/**
 * The actor that holds one end of a link to one peer. While it lives, references to `@peer/path`
 * lead over it: `send`, `ask` and `watch` work as they do in the lane, and deliver **at most
 * once**. What cannot leave is refused (false) and a dead letter; what was lost on the way is lost,
 * and asks and watches are told so with `noconnection`. Its crash is a link loss and nothing more.
 *
 * @throws RangeError for contracts that may not cross a link; for a pace that makes no sense its
 *   start fails
 */
export function linkActor(options: LinkOptions): ActorSpec<Link, LinkMessage> {
  const identity = {
    node: options.node.name,
    peer: options.peer,
    exports: compileContracts(options.exports),
    imports: compileContracts(options.imports),
  };
  return {
    kind: 'link',
    start: (ctx) => {
      const life = { incarnation: options.node.incarnation, link: ctx.self.uid };
      const link = new Link(options, { ...identity, life }, ctx);
      options.board.addRoute(options.peer, link);
      link.open();
      return link;
    },
    receive(link, message) {
      if (message.kind === 'beat') link.beat();
      else if (message.kind === 'redial') link.open();
      else link.flush();
      return link;
    },
    view: (link) => link.view(),
  };
}

/** One end of a link, across its connections. */
class Link implements Route {
  readonly ownerUid: number;
  readonly #options: LinkOptions;
  readonly #pace: LinkPace;
  readonly #identity: LinkIdentity;
  readonly #ctx: Context<LinkMessage>;
  readonly #commands = new Commands();
  #attempt: LinkAttempt | null = null;
  #redials = 0;
  /** A channel whose greeting is awaited; it takes over once that is accepted. */
  #candidate: Connection | null = null;
  #connection: Connection | null = null;
  #session: Session | null = null;
  /** The life of the peer that the commands were for, and the last one received from it. */
  #peerLife: LinkHello['life'] | null = null;
  #receivedCommand = 0;
  #isFlushAsked = false;
  #isRemoved = false;
  #repeats = 0;
  #losses = 0;
  #refusals = 0;

  constructor(options: LinkOptions, identity: LinkIdentity, ctx: Context<LinkMessage>) {
    this.#options = options;
    this.#pace = paceOf(options.pace);
    this.#identity = identity;
    this.#ctx = ctx;
    this.ownerUid = ctx.self.uid;
    ctx.timers.start('beat', this.#pace.beatMs, { kind: 'beat' }, { periodic: true });
  }

  get isUp(): boolean {
    return this.#session !== null;
  }

  view(): Readonly<Record<string, unknown>> {
    return {
      peer: this.#options.peer,
      isUp: this.isUp,
      peerIncarnation: this.#peerLife?.incarnation ?? null,
      queuedBytes: this.#connection?.queuedBytes ?? 0,
      commandsPending: this.#commands.size,
      open: this.#session?.openCount ?? 0,
      repeats: this.#repeats,
      losses: this.#losses,
      refusals: this.#refusals,
    };
  }

  /** Dials, or waits for calls. */
  open(): void {
    const { transport } = this.#options;
    this.#attempt = transport.open(
      (channel) => this.#opened(channel),
      this.#ctx.fenced((why: string) => this.#noConnection(why)),
    );
  }

  #opened(channel: LinkChannel): LinkChannelHandlers {
    this.#candidate?.end('a newer channel came');
    const connection: Connection = new Connection(channel, this.#ctx.clock, {
      greeted: (hello) => this.#greeted(connection, hello),
      received: (ack, frames) => this.#receivedBatch(ack, frames),
      drained: () => {
        if (connection.queuedBytes > 0) this.flush();
      },
      over: (why) => this.#over(connection, why),
    });
    this.#candidate = connection;
    const life = this.#peerLife;
    const received = life === null ? null : { life, command: this.#receivedCommand };
    connection.greet(greetingOf(this.#identity, received));
    const { message, drained, closed } = connection.handlers();
    return {
      message: this.#ctx.fenced(message),
      drained: this.#ctx.fenced(drained),
      closed: this.#ctx.fenced(closed),
    };
  }

  #greeted(connection: Connection, hello: LinkHello): void {
    const fault = greetingFault(this.#identity, hello);
    if (fault !== null) {
      connection.refuse(fault);
      return;
    }
    // The peer has given up the old connection, or would not have made this one.
    this.#connection?.end('the peer has connected anew');
    this.#candidate = null;
    this.#connection = connection;
    const host = this.#sessionHost(connection, hello.life.incarnation);
    this.#session = new Session(host);
    this.#resume(connection, hello);
    this.#tell({
      kind: 'link-up',
      peer: this.#options.peer,
      incarnation: hello.life.incarnation,
    });
  }

  /** Commands go again only to the very life of the peer that knows which of them it has had. */
  #resume(connection: Connection, { life, received }: LinkHello): void {
    if (!isSame(life, this.#peerLife)) {
      this.#abandon(this.#commands.takeAll());
      this.#peerLife = life;
      this.#receivedCommand = 0;
    }
    if (received !== null && isSame(this.#identity.life, received.life)) {
      this.#commands.acknowledged(received.command);
    }
    for (const bytes of this.#commands.frames()) connection.offer(bytes, null);
    this.#askFlush();
  }

  #sessionHost(connection: Connection, incarnation: string): SessionHost {
    const { board, peer } = this.#options;
    const { exports, imports } = this.#identity;
    return {
      board,
      peer,
      exports,
      imports,
      incarnation,
      fenced: (callback) => this.#ctx.fenced(callback),
      nextCommand: () => (this.#commands.isFull ? 0 : this.#commands.next),
      send: (frame, letter) => this.#send(connection, frame, letter),
      isNews: (command) => this.#isNews(command),
      cut: (why) => connection.end(why),
      noteRefusal: (path, detail) => {
        this.#refusals += 1;
        this.#tell({ kind: 'message-refused', peer, path, detail });
      },
    };
  }

  #send(connection: Connection, frame: LinkFrame, letter: Letter | null): Result<void, string> {
    const encoded = encodeLinkFrame(frame);
    if (!encoded.ok) return encoded;
    const isCommand = frame.kind === 'tell' && frame.command > 0;
    // A command outlives its connection, so that it is no dead letter of that one.
    if (!connection.offer(encoded.value, isCommand ? null : letter)) return err('full');
    if (isCommand) this.#commands.keep(encoded.value, letter as Letter, this.#ctx.clock.mono());
    this.#askFlush();
    return ok(undefined);
  }

  #isNews(command: number): boolean {
    this.#askFlush();
    if (command <= this.#receivedCommand) {
      this.#repeats += 1;
      return false;
    }
    this.#receivedCommand = command;
    return true;
  }

  #receivedBatch(ack: number, frames: readonly LinkFrame[]): void {
    this.#commands.acknowledged(ack);
    for (const frame of frames) this.#session?.receive(frame);
  }

  /** What is sent in one turn leaves in one batch. */
  #askFlush(): void {
    if (this.#isFlushAsked) return;
    this.#isFlushAsked = this.#ctx.send(this.#ctx.self, { kind: 'flush' });
  }

  flush(): void {
    this.#isFlushAsked = false;
    this.#connection?.flush(this.#receivedCommand);
  }

  beat(): void {
    const nowNs = this.#ctx.clock.mono();
    const { silenceMs, greetingMs, commandMs } = this.#pace;
    this.#abandon(this.#commands.takeBefore(nowNs - commandMs * 1e6));
    const candidate = this.#candidate;
    if (candidate !== null && nowNs - candidate.openedNs > greetingMs * 1e6) {
      candidate.end(`no greeting within ${greetingMs} ms`);
    }
    const connection = this.#connection;
    if (connection === null) return;
    if (nowNs - connection.heardNs > silenceMs * 1e6) {
      connection.end(`nothing heard for ${silenceMs} ms`);
    } else this.flush();
  }

  #over(connection: Connection, why: string): void {
    const { peer } = this.#options;
    if (connection === this.#connection) {
      this.#connection = null;
      const session = this.#session;
      this.#session = null;
      this.#losses += 1;
      session?.end(why);
      this.#giveUp(connection.unsent());
      this.#tell({ kind: 'link-lost', peer, why });
      const upMs = (this.#ctx.clock.mono() - connection.openedNs) / 1e6;
      if (upMs >= this.#pace.redial.resetAfterMs) this.#redials = 0;
    } else {
      if (this.#candidate === connection) this.#candidate = null;
      this.#tell({ kind: 'link-refused', peer, why });
    }
    this.#redial();
  }

  #noConnection(why: string): void {
    this.#tell({ kind: 'link-refused', peer: this.#options.peer, why });
    this.#redial();
  }

  #redial(): void {
    const { transport } = this.#options;
    const isBusy = this.#connection !== null || this.#candidate !== null;
    if (!transport.isDialling || isBusy || this.#isRemoved) return;
    const delayMs = backoffMs(this.#pace.redial, this.#redials, this.#ctx.random);
    this.#redials += 1;
    this.#ctx.timers.start('redial', delayMs, { kind: 'redial' });
  }

  deliver(to: ActorRef<never>, message: unknown, sender: string): boolean {
    const session = this.#session;
    if (session !== null) return session.deliver(to, message, sender);
    return this.#options.board.bury(to, message, sender, 'noconnection');
  }

  watched(to: ActorRef<never>): Watched {
    return this.#session?.watched(to) ?? disconnected(to.uid);
  }

  /** The actor is over, in whatever way: so is the link. */
  removed(): void {
    this.#isRemoved = true;
    this.#attempt?.close();
    this.#candidate?.end('the link has ended');
    this.#connection?.end('the link has ended');
    this.#abandon(this.#commands.takeAll());
  }

  /** Given up commands must not leave any more, in case they have not yet. */
  #abandon(commands: readonly PendingCommand[]): void {
    if (commands.length === 0) return;
    this.#connection?.discard(new Set(commands.map(({ bytes }) => bytes)));
    this.#giveUp(commands.map(({ letter }) => letter));
  }

  #giveUp(letters: readonly Letter[]): void {
    for (const { to, message, sender } of letters) {
      this.#options.board.bury(to, message, sender, 'noconnection');
    }
  }

  /** A listener that throws is a failure of the link, not of whoever sends something over it. */
  #tell(event: LinkEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch (thrown) {
      this.#ctx.fenced(() => {
        throw thrown;
      })();
    }
  }
}

/** @throws RangeError when a peer that lives would be taken for a lost one */
function paceOf(given: Partial<LinkPace> | undefined): LinkPace {
  const pace = { ...PACE, ...given };
  const { beatMs, silenceMs } = pace;
  if (silenceMs >= 2 * beatMs) return pace;
  throw new RangeError(`silenceMs: ${silenceMs} is below two beats of ${beatMs} ms`);
}

function isSame(left: LinkHello['life'], right: LinkHello['life'] | null): boolean {
  return left.incarnation === right?.incarnation && left.link === right.link;
}
