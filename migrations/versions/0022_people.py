"""Keep what gives people their role and what holds them, invitations, and two-person approvals."""

from pathlib import Path

from alembic import op

revision = "0022"
down_revision = "0024"

SQL = Path(__file__).parent.parent / "sql"
TABLES = (
    "approvals",
    "feedback",
    "password_attempts",
    "invitations",
    "admissions",
    "account_holds",
    "role_grants",
)
FUNCTIONS = (
    "tell_void",
    "void_late_approvals",
    "decide_approval",
    "carry_out",
    "lower_limit",
    "change_limit",
    "is_raised",
    "book_correction",
    "is_sole_owner",
    "ask_approval",
    "reason_against_approval",
    "can_be_corrected",
    "void_approvals_of",
    "note_look",
    "answer_feedback",
    "send_feedback",
    "end_password_attempt",
    "begin_password_attempt",
    "revoke_invitation",
    "redeem_invitation",
    "invite_person",
    "make_invitation",
    "decide_admission",
    "apply_for_admission",
    "answer_banned",
    "change_person",
    "reason_against_change",
    "reason_against",
    "let_in",
    "set_hold",
    "lapse_role",
    "end_premium",
    "grant_premium",
    "note_role",
    "is_acting_admin",
    "settle_settings",
    "ensure_wallet",
    "settle_status",
    "settle_role",
    "role_rank",
    "end_update",
    "lock_people",
)
REPLACED = (
    ("0001_functions.sql", "CREATE FUNCTION meet_user("),
    ("0023_audit_chain.sql", "CREATE FUNCTION carry_out_deletion("),
)
"""Functions that were there before, and where they were written."""


def _run(script: str) -> None:
    # The driver itself runs a script of many statements at once.
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(script))


def upgrade() -> None:
    for name in ("0022_people.sql", "0022_people_doors.sql", "0022_approvals.sql"):
        _run((SQL / name).read_text("utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION meet_user(bigint, text, text, text, text, text)")
    for file, head in REPLACED:
        before = (SQL / file).read_text("utf-8")
        began = before.index(head)
        ended = before.index("END $$;", began) + len("END $$;")
        _run(before[began:ended].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    # Whoever has premium for a time only keeps it: the older code cannot end it.
    for name in TABLES:
        op.drop_table(name)
    op.drop_index("ix_users_admins", "users")
    op.drop_index("ix_users_username", "users")
    op.drop_column("users", "is_ban_answered")
    op.drop_column("users", "role_by_settings")
