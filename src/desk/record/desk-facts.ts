import { factsActor } from '../../../actors/market-data/facts.ts';
import type { ActorRef } from '../../../actors/runtime/ref.ts';
import type { MarketFact } from '../../market/fact.ts';
import type { TapeRelay } from '../../storage/columns/tape-relay.ts';
import type { DeskParts } from '../desk-parts.ts';

/** The one who asks venues beside prices; null where the configuration asks for nothing. */
export function factsOf(
  { env, config, venues, instruments }: DeskParts,
  listeners: readonly ActorRef<MarketFact>[],
  tape: TapeRelay | null,
) {
  const settings = config.facts;
  if (settings === undefined) return null;
  return () => factsActor({ venues, instruments, net: env.net, settings, listeners, tape });
}
