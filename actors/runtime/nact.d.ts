/**
 * The parts of nact 7.6.2 that the engine builds on. They are not documented by nact, so the
 * version is pinned exactly and test/actors/runtime/nact.test.ts guards every one of them.
 */

declare module 'nact/lib/paths.js' {
  export class ActorPath {
    constructor(parts: readonly string[], system: string);
    readonly parts: readonly string[];
    readonly system: string;
    createChildPath(name: string): ActorPath;
  }
}

declare module 'nact/lib/references.js' {
  import type { ActorPath } from 'nact/lib/paths.js';
  /** Plain data. nact gives it no incarnation; the engine adds `uid`. */
  export class ActorReference {
    readonly type: 'actor';
    readonly name: string;
    readonly path: ActorPath;
    readonly system: { readonly name: string };
    uid?: number;
  }
  export class ActorSystemReference {
    constructor(name: string, path: ActorPath);
    readonly type: 'system';
    readonly path: ActorPath;
    readonly system: { readonly name: string };
  }
}

declare module 'nact/lib/actor.js' {
  import type { ActorPath } from 'nact/lib/paths.js';
  import type { ActorReference, ActorSystemReference } from 'nact/lib/references.js';
  /** What stands above an actor: another actor, or the system. */
  export interface ActorParent {
    readonly path: ActorPath;
    readonly reference: ActorReference | ActorSystemReference;
    readonly children: Map<string, Actor>;
    childSpawned(child: Actor): void;
    childStopped(child: Actor): void;
  }
  export interface ActorHome {
    readonly name: string;
    createLogger(reference: unknown): undefined;
  }
  export class Actor implements ActorParent {
    constructor(parent: ActorParent, name: string, system: ActorHome, handler: () => void);
    readonly name: string;
    readonly path: ActorPath;
    readonly reference: ActorReference;
    readonly children: Map<string, Actor>;
    parent: ActorParent;
    stopped: boolean;
    dispatch(message: unknown, sender?: unknown): void;
    query(message: unknown, timeoutMs: number): Promise<unknown>;
    stop(): void;
    childSpawned(child: Actor): void;
    childStopped(child: Actor): void;
  }
}

declare module 'nact/lib/system-map.js' {
  export function add(system: { readonly name: string }): void;
  export function find(name: string): unknown;
  export function remove(name: string): void;
}
