/**
 * Statistics follow growth in every table, not only in those that an import fills. A plan that was made
 * while a table had a page or two may take any index for any other, and prepared statements keep it: an
 * update by its key then walks all rows of the tenant. Autovacuum comes by the minute, a first hour of
 * reads outruns it. What the statistics were made of is remembered by table; a table that was never
 * analyzed, as after a restore, is not believed to be known.
 */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const statistics: Migration = {
  number: 15,
  name: 'statistics',
  async up(db) {
    await sql`
alter table relink.instance add column analyzed jsonb not null default '{}', drop column analyzed_pages;

create or replace function relink.refresh_statistics() returns void language plpgsql security definer set search_path = '' as $$
declare
  known jsonb;
  grown record;
begin
  if not pg_catalog.pg_try_advisory_xact_lock(7265106947) then return; end if;
  select analyzed into known from relink.instance;
  for grown in
    select c.relname, s.pages from pg_catalog.pg_class c
    cross join lateral (select pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint as pages) s
    where c.relnamespace = 'relink'::regnamespace and c.relkind = 'r'
      and s.pages > 4 * greatest(1, case when c.reltuples < 0 then 0 else coalesce((known ->> c.relname)::bigint, 0) end)
  loop
    execute pg_catalog.format('analyze relink.%I', grown.relname);
    known := known || pg_catalog.jsonb_build_object(grown.relname, grown.pages);
    update relink.instance set analyzed = known;
  end loop;
end $$;
`.execute(db)
  },
}
