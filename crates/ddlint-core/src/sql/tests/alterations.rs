//! Everything that changes what is there.

use super::steps;
use crate::schema::{MentionKind, Step};
use crate::sql::read;

#[test]
fn keys_are_added() {
    assert_eq!(steps("ALTER TABLE x ADD PRIMARY KEY (a, b)"), ["add x key(a,b)"]);
    assert_eq!(
        steps("ALTER TABLE ONLY public.x ADD CONSTRAINT x_pkey PRIMARY KEY (id)"),
        ["add public.x key x_pkey(id)"]
    );
    assert_eq!(
        steps("ALTER TABLE IF EXISTS x ADD CONSTRAINT k PRIMARY KEY USING INDEX i DEFERRABLE"),
        ["add x key k() deferrable using i"]
    );
    assert_eq!(
        steps("ALTER TABLE x ADD COLUMN IF NOT EXISTS id serial PRIMARY KEY, ADD b int"),
        ["add x id[key] if-not-exists", "add x b"]
    );
}

#[test]
fn what_is_dropped_goes_first() {
    assert_eq!(
        steps(
            "ALTER TABLE x ADD CONSTRAINT x_pkey PRIMARY KEY (b), DROP CONSTRAINT x_pkey, DROP COLUMN a"
        ),
        ["drop x constraint x_pkey", "drop x.a", "add x key x_pkey(b)"]
    );
}

#[test]
fn constraints_and_columns() {
    assert_eq!(
        steps(
            "ALTER TABLE x DROP CONSTRAINT IF EXISTS a CASCADE; ALTER TABLE x RENAME CONSTRAINT a TO b; \
             ALTER TABLE x RENAME COLUMN a TO b; ALTER TABLE x RENAME a TO \"B\"; \
             ALTER TABLE x DROP IF EXISTS a"
        ),
        [
            "drop x constraint a",
            "rename x constraint a b",
            "rename x.a b",
            "rename x.a B",
            "drop x.a"
        ]
    );
    assert_eq!(
        steps(
            "ALTER TABLE x ALTER a TYPE bigint USING a::bigint, ALTER COLUMN b SET DATA TYPE text, \
             ALTER a SET NOT NULL, ALTER b DROP NOT NULL, ALTER c SET DEFAULT 1, \
             ADD UNIQUE (a), ADD CONSTRAINT u UNIQUE (a, b), ADD FOREIGN KEY (a) REFERENCES y, \
             ADD CHECK (a > 0), ADD d int UNIQUE REFERENCES z"
        ),
        [
            "retype x.a bigint",
            "retype x.b text",
            "not-null x.a",
            "null x.b",
            "ddl ALTER TABLE x",
            "add x unique(a)",
            "add x unique u(a,b)",
            "add x (a)->y",
            "ddl ALTER TABLE x",
            "add x d",
            "add x unique(d)",
            "add x (d)->z"
        ]
    );
}

#[test]
fn tables_and_schemas_move() {
    assert_eq!(
        steps(
            "ALTER TABLE s.a RENAME TO b; ALTER TABLE a SET SCHEMA s; ALTER SCHEMA a RENAME TO b; \
             DROP SCHEMA IF EXISTS a, b CASCADE; DROP TABLE IF EXISTS a, s.b CASCADE; \
             ALTER SCHEMA a OWNER TO b"
        ),
        [
            "rename s.a b",
            "move a s",
            "rename-schema a b",
            "drop-schema a",
            "drop-schema b",
            "drop a",
            "drop s.b",
            "ddl ALTER SCHEMA"
        ]
    );
}

#[test]
fn partitions_parents_persistence_identity() {
    assert_eq!(
        steps(
            "ALTER TABLE x ATTACH PARTITION s.y FOR VALUES IN (1); ALTER TABLE x DETACH PARTITION y CONCURRENTLY; \
             ALTER TABLE x INHERIT y, NO INHERIT z, SET UNLOGGED, SET LOGGED; \
             ALTER TABLE x REPLICA IDENTITY FULL; ALTER TABLE x REPLICA IDENTITY NOTHING; \
             ALTER TABLE x REPLICA IDENTITY DEFAULT; ALTER TABLE x REPLICA IDENTITY USING INDEX \"I\""
        ),
        [
            "attach x s.y",
            "detach x y",
            "inherit x y",
            "no-inherit x z",
            "unlogged x",
            "logged x",
            "identity x full",
            "identity x nothing",
            "identity x default",
            "identity x index I"
        ]
    );
}

#[test]
fn indexes() {
    assert_eq!(
        steps(
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.x USING btree (a DESC, \"B\"); \
             CREATE INDEX ON x (a); CREATE UNIQUE INDEX j ON x (lower(a)); \
             CREATE UNIQUE INDEX k ON x (a) WHERE b IS NULL; DROP INDEX CONCURRENTLY s.i, j; \
             ALTER INDEX i RENAME TO j; ALTER INDEX i SET (fillfactor = 1)"
        ),
        [
            "unique-index s.x i(a,B)",
            "index x(a)",
            "unique-index x j()",
            "unique-index x k()",
            "drop-index s.i",
            "drop-index j",
            "rename-index i j",
            "ddl ALTER INDEX"
        ]
    );
}

#[test]
fn extensions_and_views() {
    assert_eq!(
        steps(
            "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA public CASCADE; \
             create extension PostGIS; DROP EXTENSION IF EXISTS a, b; ALTER EXTENSION a UPDATE; \
             CREATE OR REPLACE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW s.m AS SELECT 1; \
             CREATE FOREIGN TABLE f (a int) SERVER s; DROP VIEW v; DROP MATERIALIZED VIEW s.m; \
             DROP FOREIGN TABLE f; REFRESH MATERIALIZED VIEW CONCURRENTLY s.m"
        ),
        [
            "extension uuid-ossp if-not-exists",
            "extension postgis",
            "drop-extension a",
            "drop-extension b",
            "ddl ALTER EXTENSION",
            "view v view",
            "view s.m materialized",
            "view f foreign",
            "drop-view v view",
            "drop-view s.m materialized",
            "drop-view f foreign",
            "refresh s.m"
        ]
    );
}

#[test]
fn the_search_path() {
    assert_eq!(
        steps(
            "SET search_path TO a, \"B\", '$user'; SET LOCAL search_path = 'c'; SET search_path = ''; \
             SET search_path = DEFAULT; RESET search_path; RESET ALL; SET timezone = 'UTC'"
        ),
        [
            "path a,B,$user",
            "path c",
            "path ",
            "path default",
            "path default",
            "path default",
            "SET"
        ]
    );
    assert_eq!(
        steps("SELECT pg_catalog.set_config('search_path', '', false)"),
        ["SELECT", "path "]
    );
    assert_eq!(steps("SELECT set_config('search_path', 'a, \"B\"', true)"), ["SELECT", "path a,B"]);
    assert_eq!(steps("SELECT set_config('search_path', $1, true)"), ["SELECT", "path ?"]);
    assert_eq!(steps("SELECT set_config('app.user', '1', true)"), ["SELECT"]);
}

#[test]
fn what_is_ddl_and_what_is_not() {
    let told: Vec<(bool, &str)> = read(
        "COMMENT ON TABLE x IS 'y'; GRANT SELECT ON x TO y; REVOKE ALL ON x FROM y; CREATE TYPE t AS ENUM ('a'); \
         ALTER TYPE t ADD VALUE 'b'; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; \
         CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW EXECUTE FUNCTION f(); CREATE SEQUENCE s; \
         CREATE ROLE r; CREATE DATABASE d; REFRESH MATERIALIZED VIEW m; DO $$ BEGIN NULL; END $$; \
         TRUNCATE x; SELECT 1; INSERT INTO x VALUES (1); UPDATE x SET a = 1; DELETE FROM x; SET a = 1; \
         LOCK TABLE x; ANALYZE x; VACUUM x; REINDEX TABLE x; BEGIN; COMMIT; ROLLBACK; SAVEPOINT a; \
         COPY x FROM '/y'; EXPLAIN SELECT 1; NOTIFY a; WITH a AS (SELECT 1) SELECT * FROM a",
    )
    .statements
    .iter()
    .filter_map(|statement| statement.steps.last())
    .map(|step| (step.step.is_ddl(), step.step.tag()))
    .collect();
    let ddl: Vec<&str> = told.iter().filter(|(ddl, _)| *ddl).map(|(_, tag)| *tag).collect();
    let others: Vec<&str> = told.iter().filter(|(ddl, _)| !*ddl).map(|(_, tag)| *tag).collect();
    assert_eq!(
        ddl,
        [
            "COMMENT",
            "GRANT",
            "REVOKE",
            "CREATE TYPE",
            "ALTER TYPE",
            "CREATE FUNCTION",
            "CREATE TRIGGER",
            "CREATE SEQUENCE",
            "CREATE DATABASE",
            "REFRESH MATERIALIZED VIEW",
        ]
    );
    assert_eq!(
        others,
        [
            "CREATE ROLE",
            "DO",
            "TRUNCATE TABLE",
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "SET",
            "LOCK TABLE",
            "ANALYZE",
            "VACUUM",
            "REINDEX",
            "BEGIN",
            "COMMIT",
            "ROLLBACK",
            "SAVEPOINT",
            "COPY",
            "EXPLAIN",
            "NOTIFY",
            "SELECT"
        ]
    );
}

#[test]
fn tags_are_those_of_the_server() {
    let tag = |text: &str| read(text).statements[0].steps.last().unwrap().step.tag();
    assert_eq!(tag("CREATE TABLE x (a int)"), "CREATE TABLE");
    assert_eq!(tag("CREATE TABLE x AS SELECT 1"), "CREATE TABLE AS");
    assert_eq!(tag("SELECT 1 INTO x"), "SELECT INTO");
    assert_eq!(tag("ALTER TABLE x RENAME TO y"), "ALTER TABLE");
    assert_eq!(tag("DROP TABLE x"), "DROP TABLE");
    assert_eq!(tag("CREATE EXTENSION x"), "CREATE EXTENSION");
    assert_eq!(tag("DROP INDEX x"), "DROP INDEX");
    assert_eq!(tag("ALTER SCHEMA x RENAME TO y"), "ALTER SCHEMA");
}

#[test]
fn all_functions_types_and_operator_classes_are_mentioned() {
    let mentions = |text: &str| -> Vec<String> {
        let steps = read(text).statements.into_iter().flat_map(|statement| statement.steps);
        let mention = |step: Step| match step {
            Step::Mention { kind, schema, name } => {
                let kind = match kind {
                    MentionKind::Function => "f",
                    MentionKind::Type => "t",
                    MentionKind::OperatorClass => "o",
                };
                let schema = schema.map(|schema| format!("{schema}.")).unwrap_or_default();
                Some(format!("{kind} {schema}{name}"))
            }
            _ => None,
        };
        steps.filter_map(|step| mention(step.step)).collect()
    };
    assert_eq!(
        mentions("CREATE TABLE x (id uuid DEFAULT public.uuid_generate_v4(), b \"CIText\"[])"),
        ["t uuid", "f public.uuid_generate_v4", "t CIText"]
    );
    assert_eq!(
        mentions("CREATE INDEX i ON x USING gin (a public.gin_trgm_ops, lower(b))"),
        ["o public.gin_trgm_ops", "f lower"]
    );
    assert_eq!(
        mentions("SELECT lo_create(0), a::hstore, CAST(b AS s.ltree)"),
        ["f lo_create", "t hstore", "t s.ltree"]
    );
    assert_eq!(mentions("INSERT INTO x VALUES (gen_random_uuid())"), ["f gen_random_uuid"]);
    assert_eq!(
        mentions("ALTER TABLE x ALTER a SET DEFAULT uuid_generate_v4()"),
        ["f uuid_generate_v4"]
    );
    assert_eq!(mentions("DO $$ BEGIN PERFORM lo_unlink(1); END $$"), ["f lo_unlink"]);
}
