import { ACTOR_ACTIONS, type ActorAction } from '../../commands/desk.ts';

interface Rule {
  readonly matches: RegExp;
  readonly allows: readonly ActorAction[];
  /** Why not everything is. */
  readonly why: string;
}

/** To end it is to start it again in its safe state: its supervisor sees to that. */
const RESTARTS: readonly ActorAction[] = ['restart', 'stop', 'kill'];

/** What an operator may do with whom; the first rule that fits counts. */
const POLICY: readonly Rule[] = [
  {
    matches: /^(root|safety|market-data|trading|trading\/(venues|strategies)|edge(\/links)?)$/,
    allows: RESTARTS,
    why: 'a supervisor takes no messages, so there is nothing to suspend or drain',
  },
  {
    matches: /^safety\//,
    allows: RESTARTS,
    why: 'safety is never suspended, only restarted into its safe state',
  },
  {
    matches: /^trading\/risk$/,
    allows: RESTARTS,
    why: 'risk is never suspended, only restarted into its safe state',
  },
  {
    matches: /^edge\/shell$/,
    allows: RESTARTS,
    why: 'the shell takes no messages, and this session is a part of it',
  },
  {
    matches: /^edge\/links\//,
    allows: RESTARTS,
    why: 'a link that hears nothing is lost, so there is nothing to suspend or drain',
  },
];

/** The actions that are allowed on a path. */
export function allowedActions(path: string): readonly ActorAction[] {
  return POLICY.find(({ matches }) => matches.test(path))?.allows ?? ACTOR_ACTIONS;
}

/** Why an action is refused; null when it is not. */
export function actionRefusal(action: ActorAction, path: string): string | null {
  const rule = POLICY.find(({ matches }) => matches.test(path));
  if (rule === undefined || rule.allows.includes(action)) return null;
  return `${action} ${path}: ${rule.why}; allowed: ${rule.allows.join(', ')}`;
}
