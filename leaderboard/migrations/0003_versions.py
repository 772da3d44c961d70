"""The database itself makes the boards of an edition, and raises versions with whatever changes what a board shows."""

from django.db import migrations

BOARDS = """
CREATE FUNCTION leaderboard_make_boards() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leaderboard_board
        (edition_id, phase, measure, version, count, with_energy_kwh, with_co2e_kg, facets, reference)
    SELECT NEW.id, phase, measure, 1, 0, 0, 0, '{}', '{}'
    FROM unnest(ARRAY['pretraining', 'finetuning', 'inference']) AS phase,
        unnest(ARRAY['time', 'cost', 'efficiency']) AS measure;
    RETURN NULL;
END $$;
CREATE TRIGGER make_boards AFTER INSERT ON leaderboard_edition
    FOR EACH ROW EXECUTE FUNCTION leaderboard_make_boards();
INSERT INTO leaderboard_board
    (edition_id, phase, measure, version, count, with_energy_kwh, with_co2e_kg, facets, reference)
SELECT edition.id, phase, measure, 1, 0, 0, 0, '{}', '{}'
FROM leaderboard_edition AS edition, unnest(ARRAY['pretraining', 'finetuning', 'inference']) AS phase,
    unnest(ARRAY['time', 'cost', 'efficiency']) AS measure;
"""
NO_BOARDS = """
DROP TRIGGER make_boards ON leaderboard_edition;
DROP FUNCTION leaderboard_make_boards();
"""

ROWS = """
CREATE FUNCTION leaderboard_rows_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE leaderboard_board SET version = version + 1 WHERE id IN (SELECT DISTINCT board_id FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER rows_come AFTER INSERT ON leaderboard_boardrow
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION leaderboard_rows_changed();
CREATE TRIGGER rows_change AFTER UPDATE ON leaderboard_boardrow
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION leaderboard_rows_changed();
CREATE TRIGGER rows_go AFTER DELETE ON leaderboard_boardrow
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION leaderboard_rows_changed();
"""
NO_ROWS = """
DROP TRIGGER rows_come ON leaderboard_boardrow;
DROP TRIGGER rows_change ON leaderboard_boardrow;
DROP TRIGGER rows_go ON leaderboard_boardrow;
DROP FUNCTION leaderboard_rows_changed();
"""

TABLES = ("edition", "task", "goldset", "accelerator", "offer", "defaultoffer")
CATALOGUE = """
CREATE FUNCTION leaderboard_catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leaderboard_catalogueversion AS line (id, version) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET version = line.version + 1;
    RETURN NULL;
END $$;
""" + "".join(
    f"CREATE TRIGGER catalogue_changes AFTER INSERT OR UPDATE OR DELETE ON leaderboard_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION leaderboard_catalogue_changed();\n"
    for table in TABLES
)
NO_CATALOGUE = (
    "".join(f"DROP TRIGGER catalogue_changes ON leaderboard_{table};\n" for table in TABLES)
    + "DROP FUNCTION leaderboard_catalogue_changed(); DELETE FROM leaderboard_catalogueversion;"
)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0002_flat_rows")]
    operations = [
        migrations.RunSQL(BOARDS, NO_BOARDS),
        migrations.RunSQL(ROWS, NO_ROWS),
        migrations.RunSQL(CATALOGUE, NO_CATALOGUE),
    ]
