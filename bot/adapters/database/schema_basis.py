"""What the tables are made with: the metadata, the types of money and time, the checks."""

from sqlalchemy import CheckConstraint, DateTime, MetaData, Numeric, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UNITS = Numeric(38, 0)
PRICE = Numeric()
MOMENT = DateTime(timezone=True)
NOW = text("now()")
NO_JSON = text("'{}'::jsonb")


def not_nan(column: str, sign: str = ">= 0") -> CheckConstraint:
    """Refuse NaN, which PostgreSQL sorts above every number, and a wrong sign."""
    return CheckConstraint(f"{column} {sign} AND {column} <> 'NaN'", name=f"{column}_sound")


def finite(column: str) -> CheckConstraint:
    """Refuse NaN, Infinity and what is below zero."""
    return CheckConstraint(
        f"{column} >= 0 AND {column} < 'Infinity' AND {column} <> 'NaN'", name=f"{column}_finite"
    )
