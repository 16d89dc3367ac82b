import { address } from '../../../actors/addresses.ts';
import type { AlertsView } from '../../../actors/edge/alerts.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import type { Reply } from '../../../actors/runtime/ref.ts';
import type { AlertsPort } from '../../commands/alerts/alerts-port.ts';
import type { Result } from '../../core/result.ts';
import type { AlertRow } from '../../ops/alerts/alert-board.ts';

const ASK_MS = 5_000;

/** Alerts as the commands of a running desk see them. */
export function deskAlerts(lane: Lane): AlertsPort {
  return {
    list() {
      const view = lane.view(address.alerts.path);
      return view.ok && view.value !== undefined ? (view.value as AlertsView).rows : [];
    },
    acknowledge: (id, by, reason) =>
      lane.ask(
        address.alerts,
        (reply: Reply<Result<AlertRow, string>>) =>
          ({ kind: 'acknowledge', id, by, reason, reply }) as const,
        ASK_MS,
      ),
  };
}
