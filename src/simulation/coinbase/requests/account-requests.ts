import { amountText } from '../../../core/instrument.ts';
import { type Call, type CallReply, good, type Operation, timeText } from './operation.ts';

const PPM = 1_000_000;

export const ACCOUNT_REQUESTS: readonly Operation[] = [
  { name: 'accounts.list', route: 'GET accounts', right: 'read', run: accounts },
  { name: 'fees', route: 'GET transaction_summary', right: 'read', run: summary },
  { name: 'keys', route: 'GET key_permissions', right: 'read', run: permissions },
];

/** One wallet for each asset. */
function accounts({ desk, account }: Call): CallReply {
  const known = desk.exchange.account(account);
  const created = timeText(0);
  const wallets = [...(known?.balances ?? [])].map(([currency, { free, locked }], at) => ({
    uuid: `00000000-0000-4000-9000-${String(at).padStart(12, '0')}`,
    name: `${currency} Wallet`,
    currency,
    available_balance: { value: amountText(free), currency },
    default: true,
    active: true,
    created_at: created,
    updated_at: created,
    deleted_at: null,
    type: currency.startsWith('USD') ? 'ACCOUNT_TYPE_FIAT' : 'ACCOUNT_TYPE_CRYPTO',
    ready: true,
    hold: { value: amountText(locked), currency },
    retail_portfolio_id: '',
  }));
  return good({ accounts: wallets, has_next: false, cursor: '', size: wallets.length });
}

function summary({ desk }: Call): CallReply {
  const { makerPpm, takerPpm } = desk.exchange.fees;
  return good({
    total_volume: 0,
    total_fees: 0,
    fee_tier: {
      pricing_tier: 'Simulated',
      taker_fee_rate: String(takerPpm / PPM),
      maker_fee_rate: String(makerPpm / PPM),
    },
    margin_rate: null,
    goods_and_services_tax: null,
    advanced_trade_only_volume: 0,
    advanced_trade_only_fees: 0,
    coinbase_pro_volume: 0,
    coinbase_pro_fees: 0,
    product_type: 'SPOT',
  });
}

function permissions(): CallReply {
  const rights = { can_view: true, can_trade: true, can_transfer: false };
  return good({ ...rights, portfolio_uuid: '', portfolio_type: 'DEFAULT' });
}
