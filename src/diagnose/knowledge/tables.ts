/** All general code tables, in the order in which `explain` lists them. */
import { IBKR_FLEX, MX, PLUGGY, POWENS, SIMPLEFIN, TELLER, TINK, YODLEE } from './codes/aggregators.ts'
import { BINANCE, KRAKEN, KUCOIN, OKX } from './codes/exchanges.ts'
import { FINICITY } from './codes/finicity.ts'
import { EBICS, FINTS } from './codes/fints.ts'
import { MSN_MONEY, QBO_API, QUICKBOOKS, QUICKEN } from './codes/intuit.ts'
import { BASIQ, BELVO, BRIDGE, FDX, FINAPI, FINTOC, FLINKS, QWIST, STRIPE } from './codes/more-aggregators.ts'
import { HTTP, NETWORK } from './codes/network.ts'
import { OFX } from './codes/ofx.ts'
import { BERLIN_GROUP, ENABLE_BANKING, GOCARDLESS, OAUTH, OBIE, SALT_EDGE, TRUELAYER } from './codes/open-banking.ts'
import { OWN } from './codes/own.ts'
import { PLAID } from './codes/plaid.ts'
import { SCRAPERS } from './codes/scrapers.ts'
import type { CodeTable } from '../knowledge.ts'

export const TABLES: readonly CodeTable[] = [
  OFX, QUICKBOOKS, QUICKEN, QBO_API, MSN_MONEY, PLAID, SIMPLEFIN, TELLER, PLUGGY, FINICITY, BELVO, MX, TINK, IBKR_FLEX, FINTS, EBICS,
  BERLIN_GROUP, OBIE, GOCARDLESS, ENABLE_BANKING, TRUELAYER, SALT_EDGE, YODLEE, POWENS, BINANCE, KRAKEN, KUCOIN, OKX, OAUTH, SCRAPERS,
  FLINKS, BASIQ, FINTOC, STRIPE, BRIDGE, FINAPI, QWIST, FDX, HTTP, NETWORK, OWN,
]
