import type { CompiledContract } from './link-contract.ts';
import { LINK_PROTOCOL_VERSION, type LinkHello, type LinkLife } from './link-frame.ts';

type Contracts = ReadonlyMap<string, CompiledContract>;

/** What one end of a link is, for its greeting. */
export interface LinkIdentity {
  readonly node: string;
  readonly peer: string;
  readonly life: LinkLife;
  readonly exports: Contracts;
  readonly imports: Contracts;
}

export function greetingOf(own: LinkIdentity, received: LinkHello['received']): LinkHello {
  return {
    kind: 'hello',
    protocol: LINK_PROTOCOL_VERSION,
    node: own.node,
    to: own.peer,
    life: own.life,
    exports: versionsOf(own.exports),
    imports: versionsOf(own.imports),
    received,
  };
}

/** Why a peer's greeting is refused: what was found and what would be right; else null. */
export function greetingFault(own: LinkIdentity, hello: LinkHello): string | null {
  if (hello.node !== own.peer) return `found node ${hello.node}, wanted ${own.peer}`;
  if (hello.to !== own.node) return `${hello.node} wanted node ${hello.to}, this is ${own.node}`;
  if (hello.life.incarnation === own.life.incarnation) {
    return `${hello.node} has this node's own incarnation: the link leads back to itself`;
  }
  return (
    versionFault(own.node, versionsOf(own.imports), hello.node, hello.exports) ??
    versionFault(hello.node, hello.imports, own.node, versionsOf(own.exports))
  );
}

function versionsOf(contracts: Contracts): Record<string, number> {
  return Object.fromEntries([...contracts].map(([path, { version }]) => [path, version]));
}

/** What one node sends must be what the other takes, in the same version. */
function versionFault(
  sender: string,
  sent: Readonly<Record<string, number>>,
  owner: string,
  taken: Readonly<Record<string, number>>,
): string | null {
  for (const [path, version] of Object.entries(sent)) {
    const found = taken[path];
    if (found === undefined) return `${sender} would send to ${path}, ${owner} does not export it`;
    if (found !== version) {
      return `schema of ${path}: ${sender} sends version ${version}, ${owner} takes ${found}`;
    }
  }
  return null;
}
