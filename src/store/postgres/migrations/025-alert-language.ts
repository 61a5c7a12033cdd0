/** In which language each destination of alerts is told. Those of before were told in English, and go on so until somebody chooses. */
import { sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const alertLanguage: Migration = {
  number: 25,
  name: 'alert-language',
  async up(db) {
    await sql`
alter table relink.destinations add column language text not null default 'en';
alter table relink.destinations alter column language drop default;
`.execute(db)
  },
}
