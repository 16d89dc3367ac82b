import { changesBetween, coldChanges } from '../../src/config/diff.ts';
import { type ConfigFault, describeFault, type LoadedConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { mayDo, type Role } from '../../src/control/authorisation.ts';
import type { ControlEvent } from '../../src/control/events.ts';
import { modePolicyOf } from '../../src/control/settings.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { Log } from '../../src/ops/log.ts';
import { defaultBreakerSettings } from '../../src/risk/breakers/settings.ts';
import { looserLimits } from '../../src/risk/loosening.ts';
import { looserBudgets, looserControls } from '../../src/risk/looser-controls.ts';
import { defaultPortfolioSettings } from '../../src/risk/portfolio/settings.ts';
import { looserSizing } from '../../src/risk/sizing/loosening.ts';
import { address } from '../addresses.ts';
import type { ActorSpec, Context } from '../runtime/actor-spec.ts';
import type { Reply } from '../runtime/ref.ts';

/** The changes that were taken over, or everything that speaks against them, a line each. */
export type ReloadOutcome = Result<readonly string[], readonly string[]>;

export interface SettingsMessage {
  readonly kind: 'reload';
  readonly by: string;
  /** Null for a signal, which has nobody's rights. */
  readonly role: Role | null;
  readonly reply: Reply<ReloadOutcome>;
}

export interface SettingsOptions {
  /** What is in force; actors that start anew read it. */
  readonly current: () => Config;
  readonly adopt: (config: Config) => void;
  /** Reads and checks the file again. */
  readonly load: () => Result<LoadedConfig, readonly ConfigFault[]>;
  /** Durable on return. @throws when it cannot be journaled */
  readonly journal: (event: ControlEvent) => void;
  readonly log: Log;
}

/**
 * Reloads the configuration, all or nothing: everything is read, checked and compared first, and
 * what can only change at a start is refused. Taking over is messages that cannot be refused.
 */
export function settingsActor(options: SettingsOptions): ActorSpec<null, SettingsMessage> {
  const reload = (by: string, role: Role | null, ctx: Context<SettingsMessage>): ReloadOutcome => {
    const loaded = options.load();
    if (!loaded.ok) return err(loaded.error.map(describeFault));
    const { config, digest } = loaded.value;
    const changes = changesBetween(options.current(), config);
    const cold = coldChanges(changes);
    if (cold.length > 0) {
      return err(
        cold.map(({ path }) => `${path} changes only at a start: restart, or put it back`),
      );
    }
    if (changes.length === 0) return ok([]);
    const loosened = unauthorised(options.current(), config, role);
    if (loosened.length > 0) return err(loosened);
    options.journal({ kind: 'config-changed', by, digest, changes: JSON.stringify(changes) });
    options.adopt(config);
    tellAll(config, ctx);
    return ok(changes.map(({ path, from, to }) => `${path}: ${from} → ${to}`));
  };

  const tellAll = (config: Config, ctx: Context<SettingsMessage>): void => {
    ctx.send(address.risk, { kind: 'adopt-limits', limits: config.risk });
    const { breakers, portfolio } = inForce(config);
    ctx.send(address.risk, { kind: 'adopt-breakers', settings: breakers });
    ctx.send(address.risk, { kind: 'adopt-portfolio', settings: portfolio });
    ctx.send(address.sizing, { kind: 'adopt-sizing', settings: config.sizing });
    ctx.send(address.control, { kind: 'adopt-policy', policy: modePolicyOf(config.control) });
    for (const { label, settings } of config.strategies) {
      ctx.send(address.strategy(label), { kind: 'adopt-settings', settings });
    }
    options.log.setLevel(config.log.level);
  };

  return {
    kind: 'settings',
    start: () => null,
    receive(_state, { by, role, reply }, ctx) {
      const outcome = reload(by, role, ctx);
      if (outcome.ok) options.log('info', ctx.path, 'reloaded', { by, changes: outcome.value });
      else options.log('error', ctx.path, 'reload-refused', { by, faults: outcome.error });
      ctx.send(reply, outcome);
      return null;
    },
  };
}

/** Limits that would be loosened by somebody who may not; tightening is everybody's. */
function unauthorised(from: Config, to: Config, role: Role | null): readonly string[] {
  const isFree = from.risk.loosenedBy === 'anyone';
  if (isFree || (role !== null && mayDo(role, 'loosen-limits'))) return [];
  const who = role === null ? 'a signal' : `the role ${role}`;
  const [before, after] = [inForce(from), inForce(to)];
  return [
    ...looserLimits(from.risk, to.risk),
    ...looserControls(before.breakers, after.breakers),
    ...looserBudgets(before.portfolio, after.portfolio),
    ...looserSizing(from.sizing, to.sizing),
  ].map(
    (change) => `${change} loosens a limit, which ${who} may not: a risk officer may, by reload`,
  );
}

/** Sections that need not be there, as they count then. */
function inForce({ breakers, portfolio }: Config) {
  return {
    breakers: breakers ?? defaultBreakerSettings(),
    portfolio: portfolio ?? defaultPortfolioSettings(),
  };
}
