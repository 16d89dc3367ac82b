import type { LocalCommand } from '../local-command.ts';
import { verifyCommand } from './verify-command.ts';

/** What can be asked of an audit log on disk, whether its desk runs or not. */
export const AUDIT_LOG_COMMANDS: readonly LocalCommand[] = [verifyCommand];
