/** Data: every row leaves as a file of the reader's choice; what stops a feed says what stays before it is done. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { get, type Account, type Connection } from '../api.ts'
import { message, say } from '../language/language.ts'
import { useMay, useOffline } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { ConnectionChip } from '../parts/connection-state.tsx'
import { Loaded, Title } from '../parts/states.tsx'
import { DeleteEverything, WholeExport } from './everything.tsx'
import { ToCome } from '../parts/to-come.tsx'

const FORMATS = [
  { format: 'csv', name: 'CSV', words: message('for spreadsheets') }, { format: 'ofx', name: 'OFX', words: message('for accounting programs') }, { format: 'qfx', name: 'QFX', words: message('for Quicken') },
  { format: 'qbo', name: 'QBO', words: message('for QuickBooks') }, { format: 'beancount', name: 'Beancount', words: message('plain-text accounting') }, { format: 'hledger', name: 'hledger', words: message('plain-text accounting') },
  { format: 'ledger', name: 'Ledger', words: message('plain-text accounting') }, { format: 'camt053', name: 'camt.053', words: message('ISO 20022') }, { format: 'qif', name: 'QIF', words: message('for older programs') }, { format: 'json', name: 'JSON', words: message('for your own programs') },
] as const
/** What of a person's decisions a format has a place for. */
const CARRIES: Readonly<Record<string, string>> = {
  csv: message('Each row has its category, note, review, transfer and account, in columns behind what the bank says.'), json: message('Each row has its category, note, review, transfer and account.'),
  qif: message('Each row has its category; QIF has no place for more.'),
  ...Object.fromEntries(['beancount', 'hledger', 'ledger'].map((format) => [format, message('Each row has its category and note, as metadata; which account of your journal it belongs to is yours to say.')])),
}
const CARRIES_NOTHING = message('This format has no place for categories and notes: it holds what the bank says.')
/** These hold the rows of any accounts in one table. */
const TABLES: ReadonlySet<string> = new Set(['csv', 'json'])
/** These begin with an opening balance, which a file that goes on after another one must not book again. */
const GO_ON: ReadonlySet<string> = new Set(['beancount', 'hledger', 'ledger', 'qif'])

export function DataPage() {
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
  const may = useMay()
  const offline = useOffline()
  const [format, setFormat] = useState<(typeof FORMATS)[number]['format']>('csv')
  const [days, setDays] = useState({ from: '', to: '' })
  const [continues, setContinues] = useState(false)
  const asked = new URLSearchParams([['format', format], ...Object.entries(days).filter(([, day]) => day !== ''), ...(continues && GO_ON.has(format) ? [['continues', 'true']] : [])])
  const ending = FORMATS.find((one) => one.format === format)!.name
  return (
    <div className="grid gap-4">
      <Title>{say('Data')}</Title>
      <section className="panel grid gap-3" aria-labelledby="out">
        <h2 id="out">{say('Take the rows with you')}</h2>
        <p className="text-muted">{say('All rows of an account, or those of some days. Rows that you excluded are in none of these files; where a file has a balance at both ends, one line sums them up.')}</p>
        <div className="flex flex-wrap gap-3">
          <label className="grid min-w-0 gap-1 max-sm:w-full">{say('As')}<select className="field sm:max-w-md" value={format} onChange={(event) => setFormat(event.target.value as typeof format)}>{FORMATS.map(({ format: one, name, words }) => <option key={one} value={one}>{name}, {say(words)}</option>)}</select></label>
          <label className="grid gap-1">{say('From')}<input className="field" type="date" value={days.from} onChange={(event) => setDays({ ...days, from: event.target.value })} /></label>
          <label className="grid gap-1">{say('to')}<input className="field" type="date" value={days.to} onChange={(event) => setDays({ ...days, to: event.target.value })} /></label>
        </div>
        <p className="meta">{say(CARRIES[format] ?? CARRIES_NOTHING)}</p>
        {GO_ON.has(format) && <label className="flex min-h-10 items-center gap-2"><input type="checkbox" checked={continues} onChange={() => setContinues(!continues)} /> {say('Goes on after a file of the days before: opens no account, and checks the opening balance instead of booking it')}</label>}
        <Loaded query={accounts} toCome={<ToCome heights={[224]} />}>
          {({ items }) => items.length === 0 ? <p className="text-muted">{say('There are no accounts yet.')}</p> : (
            <ul className="grid gap-1">
              {TABLES.has(format) && items.length > 1 && (
                <li className="flex flex-wrap items-center justify-between gap-x-3">
                  <span className="font-medium">{say('All accounts')} <span className="meta font-normal">{say('one table, with the account of each row')}</span></span>
                  {!offline && <a className="link alone py-1" href={`/api/transactions/export?${asked}`} download aria-label={say('Save as {format}: {account}', { format: ending, account: say('All accounts') })}>{say('Save as {format}', { format: ending })}</a>}
                </li>
              )}
              {items.map(({ id, name, rows }) => (
                <li key={id} className="flex flex-wrap items-center justify-between gap-x-3 border-t border-line pt-1 first:border-t-0">
                  <span className="name min-w-0"><bdi>{name}</bdi> <span className="meta">{say('{count, plural, one {# row} other {# rows}}', { count: rows })}</span></span>
                  {!offline && <a className="link alone py-1" href={`/api/accounts/${id}/export?${asked}`} download aria-label={say('Save as {format}: {account}', { format: ending, account: name })}>{say('Save as {format}', { format: ending })}</a>}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
      </section>
      {!accounts.isPending && <WholeExport />}
      {!accounts.isPending && (
        <section className="panel grid gap-3" aria-labelledby="stop">
          <h2 id="stop">{say('Stop a feed')}</h2>
          <p className="text-muted">{say('Disable: reading stops, all rows stay, and it can go on later without loss. Remove: the sign-in is deleted, the rows stay.')}</p>
          {!may('administer') && <AskOwner />}
          <Loaded query={connections}>
            {({ items }) => items.length === 0 ? <p className="text-muted">{say('No bank is connected.')}</p> : (
              <ul className="grid gap-1">
                {items.map((connection) => (
                  <li key={connection.id} className="flex flex-wrap items-center justify-between gap-x-3 border-t border-line pt-1 first:border-t-0">
                    <span className="min-w-0"><span className="name">{connection.institutionName}</span> <span className="meta">{say('Login {login}', { login: connection.loginLabel })}</span></span>
                    <span className="flex flex-wrap items-center gap-3"><ConnectionChip connection={connection} /><Link className="link alone py-1" to="/connections/$id" params={{ id: connection.id }} aria-label={say('Open {bank}, login {login}', { bank: connection.institutionName, login: connection.loginLabel })}>{say('Open')}</Link></span>
                  </li>
                ))}
              </ul>
            )}
          </Loaded>
        </section>
      )}
      {!accounts.isPending && !connections.isPending && <DeleteEverything />}
    </div>
  )
}
