import type { Role } from '../control/authorisation.ts';
import type { ControlSummary } from '../control/control-desk.ts';
import type { RequestableMode } from '../control/modes.ts';
import type { Result } from '../core/result.ts';
import type { Identity } from '../remote/server.ts';
import type { AccessPort } from './access/access-port.ts';
import type { AlertsPort } from './alerts/alerts-port.ts';
import type { EstopPort } from './estop/estop-port.ts';
import type { Inspector } from './inspect/inspector.ts';
import type { MarketPort } from './market-data/market-port.ts';
import type { PeersPort } from './peers/peers-port.ts';
import type { ProofPort } from './proof/proof-port.ts';
import type { RiskPort } from './risk/risk-port.ts';

/** The running system as commands know it; `main` injects it. Amounts are decimal texts. */
export interface Desk {
  status(): Promise<DeskStatus>;
  actors(): readonly ActorRow[];
  /** What an actor shows of its state; null when there is no such actor. */
  actorState(path: string): unknown;
  administer(action: ActorAction, path: string, by: string): Promise<Result<string, string>>;
  positions(): Promise<readonly PositionRow[]>;
  orders(): readonly OrderRow[];
  mode(): ControlSummary;
  requestMode(mode: RequestableMode, by: string, reason: string): Promise<ControlSummary>;
  emergency(by: string, reason: string): Promise<ControlSummary>;
  reset(by: string, reason: string): Promise<Result<ControlSummary, string>>;
  /** Takes a raised severity away, as `mode()` lists them; the class decides who may. */
  release(id: string, who: Identity, reason: string): Promise<Result<ControlSummary, string>>;
  reload(by: string, role: Role | null): Promise<Result<readonly string[], readonly string[]>>;
  /** Begins an orderly stop; resolves at once. */
  stop(by: string): void;
  /** Who may do what, and the four-eyes rule. */
  readonly access: AccessPort;
  /** What people were told, and what they have seen. */
  readonly alerts: AlertsPort;
  /** What the journal proves. */
  readonly proof: ProofPort;
  /** The other daemons that this one is linked to. */
  readonly peers: PeersPort;
  /** The emergency stop that a hand can press. */
  readonly estop: EstopPort;
  /** The markets of all venues taken together. */
  readonly market: MarketPort;
  /** What the desk may lose, and how its forecasts came out. */
  readonly risk: RiskPort;
  /** What people look at in more depth. */
  readonly inspector: Inspector;
  /** Journals a changing command before it runs; one sentence when that is impossible. */
  recordCommand(by: string, command: string): Result<void, string>;
}

export const ACTOR_ACTIONS = ['suspend', 'resume', 'stop', 'drain', 'kill', 'restart'] as const;
export type ActorAction = (typeof ACTOR_ACTIONS)[number];

export interface ActorRow {
  readonly path: string;
  readonly kind: string;
  readonly status: string;
  readonly uid: number;
  readonly restarts: number;
  readonly mailbox: number;
  readonly capacity: number;
  readonly highWater: number;
  readonly handled: number;
  readonly dropped: number;
  readonly lastError: string | null;
}

export interface PositionRow {
  readonly symbol: string;
  /** Signed quantity against what was deposited. */
  readonly quantity: string;
  /** Average entry price; null when flat. */
  readonly entry: string | null;
  readonly mark: string | null;
  readonly realised: string;
  readonly unrealised: string | null;
  readonly fees: string;
}

export interface OrderRow {
  readonly clientId: string;
  readonly symbol: string;
  readonly side: string;
  /** `limit`, `stop at 59000.00`, `limit that shows 0.00010`. */
  readonly kind: string;
  readonly price: string;
  readonly quantity: string;
  readonly filled: string;
  readonly status: string;
}

/** One market at a glance; amounts as decimal texts. */
export interface MarketRow {
  readonly venue: string;
  readonly symbol: string;
  /** Null without a market. */
  readonly bid: string | null;
  readonly ask: string | null;
  /** `-` before the portfolio has said. */
  readonly position: string;
}

export interface DeskStatus extends ControlSummary {
  readonly version: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  /** Best bid and ask of the first market; null without a market. */
  readonly bid: string | null;
  readonly ask: string | null;
  readonly symbol: string;
  readonly position: string;
  /** All markets of all venues, in the order of the configuration. */
  readonly markets: readonly MarketRow[];
  /** Net profit in quote currency; null while a position has no market. */
  readonly pnl: string | null;
  readonly fees: string;
  readonly orders: number;
  readonly fills: number;
  readonly rejects: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly restarts: number;
  readonly gaps: number;
  readonly crossed: number;
  readonly latencyP99Us: number | null;
  readonly submissionP99Us: number | null;
  readonly journalSequence: number;
}
