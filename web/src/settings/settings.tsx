/** Settings: one form a page, each with its own address. What only owners may is not offered to others, and refused by the server all the same. */
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useId, useState } from 'react'
import { message, say } from '../language/language.ts'
import { useMay, useMe } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Sign } from '../parts/sign.tsx'
import { Title } from '../parts/states.tsx'
import { ToCome } from '../parts/to-come.tsx'

const PAGES = [
  { to: '/settings/security', label: message('Your sign-in'), needs: 'self' },
  { to: '/settings/schedule', label: message('Schedule'), needs: 'read' },
  { to: '/settings/alerts', label: message('Alerts'), needs: 'read' },
  { to: '/settings/data', label: message('Data'), needs: 'read' },
  { to: '/settings/server', label: message('This server'), needs: 'sync' },
  { to: '/settings/members', label: message('Members'), needs: 'manage' },
  { to: '/settings/keys', label: message('Keys'), needs: 'manage' },
  { to: '/settings/audit', label: message('Audit log'), needs: 'manage' },
] as const

export function SettingsPage() {
  const me = useMe()
  const may = useMay()
  const { pathname } = useLocation()
  const [isOpen, setOpen] = useState(false)
  useEffect(() => setOpen(false), [pathname])
  const list = useId()
  const owners = PAGES.find(({ to, needs }) => needs === 'manage' && to === pathname && !may(needs))
  return (
    <div className="grid gap-6 @2xl:grid-cols-[180px_minmax(0,1fr)]">
      <nav aria-label={say('Settings')}>
        {/* Where there is little room the page comes first, and its neighbours when they are asked for. */}
        <button type="button" className="button @2xl:hidden" aria-expanded={isOpen} aria-controls={list} onClick={() => setOpen(!isOpen)}>{say('All settings')}<Sign of="now" className={`ml-2 text-[11px] ${isOpen ? '-rotate-90' : 'rotate-90'}`} /></button>
        <div id={list} className={`${isOpen ? 'grid' : 'hidden'} gap-1 pt-2 @2xl:flex @2xl:flex-col @2xl:pt-0`}>
          {PAGES.filter(({ needs }) => may(needs)).map(({ to, label }) => (
            <Link key={to} to={to} className="rounded-md px-3 py-2 pointer-coarse:py-3 text-muted no-underline hover:bg-sunken" activeProps={{ className: 'bg-sunken font-medium !text-text' }}>{say(label)}</Link>
          ))}
        </div>
      </nav>
      {/* Signing out clears what this browser keeps, whether the server answers or not. */}
      <div className="min-w-0">{owners !== undefined ? (me.data === undefined ? <ToCome head heights={[516]} /> : <OfOwners title={say(owners.label)} />) : pathname === '/settings/security' ? <Outlet /> : <NeedsServer><Outlet /></NeedsServer>}</div>
    </div>
  )
}

/** In the place of a page that only owners see, for whoever followed its address. */
function OfOwners({ title }: { title: string }) {
  return <div className="grid gap-4"><Title>{title}</Title><div className="panel grid gap-2"><p>{say('Only owners see this page.')}</p><AskOwner /></div></div>
}
