/**
 * What the statistics were made of is remembered in the transaction that makes them. The page count
 * in pg_class is no such memory: ANALYZE changes it in place, so a process killed in the middle left
 * the count without the statistics, and the next import ran for minutes on the wrong index.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const analyzed: Migration = {
  number: 3,
  name: 'analyzed',
  async up(db) {
    await sql`
alter table relink.instance add column analyzed_pages bigint not null default 0;

create or replace function relink.refresh_statistics() returns void language plpgsql security definer set search_path = '' as $$
declare
  pages bigint := pg_catalog.pg_relation_size('relink.transactions') / pg_catalog.current_setting('block_size')::bigint;
begin
  if pages > 4 * greatest(1, (select analyzed_pages from relink.instance)) and pg_catalog.pg_try_advisory_xact_lock(7265106947) then
    analyze relink.observations;
    analyze relink.transactions;
    analyze relink.transaction_changes;
    update relink.instance set analyzed_pages = pages;
  end if;
end $$;
`.execute(db)
  },
}
