/**
 * The lock of a connection holds against the dead too. A killed process loses its locks at once, but a
 * transaction of it that the server has already read still commits: the next holder must not read before
 * that, and nothing of it may begin afterwards. So each transaction under a lock holds the gate of that
 * lock while it runs and finds that the session that took the lock lives (`fence`), and a lock is only
 * given when its gate is free (`take_lock`). See ../locks.ts.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const fence: Migration = {
  number: 11,
  name: 'fence',
  async up(db) {
    await sql`
create function relink.take_lock(name text) returns boolean language plpgsql as $$
begin
  if not pg_try_advisory_lock(hashtextextended(name, 0)) then return false; end if;
  if pg_try_advisory_lock(hashtextextended(name, 1)) then
    perform pg_advisory_unlock(hashtextextended(name, 1));
    return true;
  end if;
  perform pg_advisory_unlock(hashtextextended(name, 0));
  return false;
end $$;
create function relink.fence(name text, holder text) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(name, 1));
  if pg_try_advisory_xact_lock_shared(hashtextextended(holder, 2)) then
    raise exception 'the session that held the lock is gone' using errcode = 'RL001';
  end if;
end $$;
`.execute(db)
  },
}
