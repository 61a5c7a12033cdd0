/** Who may do what: members with their roles, what a bookkeeper may enter, and invitations by link. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type Connection, type Invitation, type Member, type Role } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMe } from '../me.ts'
import { Form } from '../parts/form.tsx'
import { Once } from '../parts/once.tsx'
import { ROLE_NAMES, ROLE_WORDS } from '../parts/role.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant, Point } from '../parts/time.tsx'
import { ToCome } from '../parts/to-come.tsx'

export function MembersPage() {
  const members = useQuery({ queryKey: ['members'], queryFn: () => get<{ items: Member[] }>('/members') })
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
  const me = useMe()
  // What a card says of its person's connections, and which is one's own, comes with it, so that what is below does not move.
  const isWhole = members.data !== undefined && !me.isPending && !connections.isPending
  const toCome = <ToCome heights={[516]} />
  return (
    <div className="grid gap-4">
      <Title>{say('Members')}</Title>
      <Loaded query={members} toCome={toCome}>
        {({ items }) => isWhole ? <ul className="grid gap-2">{items.map((member) => <MemberCard key={member.userId} member={member} connections={connections.data?.items ?? []} />)}</ul> : toCome}
      </Loaded>
      {isWhole && <Invitations />}
    </div>
  )
}

function MemberCard({ member, connections }: { member: Member; connections: readonly Connection[] }) {
  const act = useAct()
  const me = useMe()
  const [removing, setRemoving] = useState(false)
  const isMe = me.data?.userId === member.userId
  const path = `/members/${member.userId}`
  const facts = { email: member.email, at: <Point at={member.since} /> }
  const toggle = (id: string, on: boolean): void => act.send('PATCH', path, { delegated: on ? [...member.delegated, id] : member.delegated.filter((one) => one !== id) })
  return (
    <li className="panel grid gap-3">
      {act.error !== null && <Trouble error={act.error} />}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0"><p className="flex flex-wrap items-center gap-2"><span className="name font-medium">{member.name}</span>{isMe && <span className="meta">{say('You')}</span>}</p><p className="meta [overflow-wrap:anywhere]">{isMe || member.seenAt === null ? <Say message="{email}, since {at}" {...facts} /> : <Say message="{email}, since {at}; last seen {seen}" {...facts} seen={<Instant at={member.seenAt} />} />}</p></div>
        {isMe ? <span>{say(ROLE_NAMES[member.role])}</span> : (
          <div className="flex flex-wrap items-center gap-2">
            <select className="field !w-auto" aria-label={say('Role of {name}', { name: member.name })} disabled={act.isPending} value={member.role} onChange={(event) => act.send('PATCH', path, { role: event.target.value })}>
              {(Object.keys(ROLE_NAMES) as Role[]).map((role) => <option key={role} value={role}>{say(ROLE_NAMES[role])}</option>)}
            </select>
            {removing ? (
              <><button className="button" onClick={() => setRemoving(false)}>{say('Keep')}</button><button className="button button-primary" disabled={act.isPending} onClick={() => act.send('DELETE', path)}>{say('Remove {name}', { name: member.name })}</button></>
            ) : <button className="button" aria-label={say('Remove {name}…', { name: member.name })} onClick={() => setRemoving(true)}>{say('Remove…')}</button>}
          </div>
        )}
      </div>
      {removing && <p className="meta">{say('Their sessions and keys end at once, and their sign-in is deleted. What they did stays.')}</p>}
      <p className="meta">{say(ROLE_NAMES[member.role])}: {say(ROLE_WORDS[member.role])}</p>
      {member.role === 'bookkeeper' && connections.length > 0 && (
        <fieldset className="grid gap-1 border-t border-line pt-3">
          <legend className="sr-only">{say('What {name} may enter', { name: member.name })}</legend>
          <p>{say('May enter the bank password of')}</p>
          {connections.map((connection) => (
            <label key={connection.id} className="flex min-h-10 items-center gap-2"><input type="checkbox" disabled={act.isPending} checked={member.delegated.includes(connection.id)} onChange={(event) => toggle(connection.id, event.target.checked)} /> <span className="name">{say('{bank}, login {login}', { bank: connection.institutionName, login: connection.loginLabel })}</span></label>
          ))}
        </fieldset>
      )}
    </li>
  )
}

function Invitations() {
  const act = useAct()
  const inviting = useAct()
  const open = useQuery({ queryKey: ['invitations'], queryFn: () => get<{ items: Invitation[] }>('/invitations') })
  const [label, setLabel] = useState('')
  const [role, setRole] = useState<Role>('bookkeeper')
  const [made, setMade] = useState<{ label: string; link: string } | null>(null)
  const invite = (): void =>
    inviting.send('POST', '/invitations', { role, label }, (answer) => {
      setMade({ label, link: `${location.origin}/#join=${(answer as { token: string }).token}` })
      setLabel('')
    })
  return (
    <section className="panel grid gap-4" aria-labelledby="invite">
      <h2 id="invite">{say('Invite somebody')}</h2>
      {made !== null && <Once title={say('The link for {name}, good for a week and for one person', { name: made.label })} text={made.link} />}
      {inviting.error !== null && <Trouble error={inviting.error} />}
      <Form className="grid gap-3" submit={() => invite()}>
        <label className="grid gap-1">{say('Who')}<input className="field sm:max-w-md" required maxLength={100} value={label} onChange={(event) => setLabel(event.target.value)} /></label>
        <fieldset className="grid gap-1">
          <legend className="mb-1">{say('As')}</legend>
          {(Object.keys(ROLE_NAMES) as Role[]).map((one) => (
            <label key={one} className="flex min-h-10 items-baseline gap-2 py-2"><input type="radio" name="role" checked={role === one} onChange={() => setRole(one)} /> <span><span className="font-medium">{say(ROLE_NAMES[one])}</span> <span className="text-muted">{say(ROLE_WORDS[one])}</span></span></label>
          ))}
        </fieldset>
        <button className="button button-primary justify-self-start" type="submit" disabled={inviting.isPending}>{say('Make the link')}</button>
      </Form>
      {act.error !== null && <Trouble error={act.error} />}
      {(open.data?.items.length ?? 0) > 0 && (
        <ul className="grid gap-2" aria-label={say('Open invitations')}>
          {open.data?.items.map((invitation) => (
            <li key={invitation.id} className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-2">
              <span className="min-w-0"><span className="name font-medium">{invitation.label}</span><span className="meta block"><Say message="{role}, open until {at}" role={say(ROLE_NAMES[invitation.role])} at={<Point at={invitation.expiresAt} />} /></span></span>
              <button className="button" disabled={act.isPending} aria-label={say('Take back the invitation of {name}', { name: invitation.label })} onClick={() => act.send('DELETE', `/invitations/${invitation.id}`)}>{say('Take back')}</button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
