import { type DaemonCommand, done } from '../command.ts';
import { inspectCommand } from './inspect-command.ts';

const cancelAll = inspectCommand({
  name: 'cancel-all',
  usage: '',
  summary: 'take back every order; in an automatic mode strategies quote again, `mode` stops that',
  examples: ['cancel-all'],
  // It lowers what is at risk and so is everybody's, as lowering the mode is.
  action: () => 'lower-mode',
  run: (desk, _words, who) => done({ asked: desk.inspector.cancelAll(who.user) }),
  show: (data) => `cancels were asked for ${(data as { asked: number }).asked} open orders`,
});

export const ORDER_COMMANDS: readonly DaemonCommand[] = [cancelAll];
