"""What Alembic runs: the migrations, as SQL for a dialect or over a connection."""

from alembic import context

given = context.config.attributes
if context.is_offline_mode():
    # Whoever runs the SQL makes the transaction.
    context.configure(
        dialect_name=given["dialect"],
        output_buffer=given["output"],
        literal_binds=True,
        transactional_ddl=False,
    )
else:
    context.configure(connection=given["connection"], target_metadata=None, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
