"""What each kind of row in the audit log says: in a list of many, and on one's own page."""

from collections.abc import Mapping

from bot.words.speech import later

AUDIT_SENTENCES: Mapping[str, str] = {
    # one's own settings
    "season_started": later("{actor} began a season"),
    "blocks_danger_set": later("{actor} changed their safety setting"),
    "risk_limit_set": later("{actor} set a risk limit of their own"),
    "lock_lifted": later("{actor} lifted a lock of their own"),
    # stops
    "trading_stopped": later("{actor} stopped trading for {person}"),
    "trading_resumed": later("{actor} freed trading for {person}"),
    # staff and rights
    "staff.looked": later("{actor} looked at {person}"),
    "permission.refused": later("{actor} was refused"),
    "role.changed": later("{actor} changed the role of {person}"),
    "status.changed": later("{actor} changed the status of {person}"),
    "limits.changed": later("{actor} changed a limit for {person}"),
    "approval.asked": later("{actor} asked for approval about {person}"),
    "approval.given": later("{actor} approved a change for {person}"),
    "approval.refused": later("{actor} refused a change for {person}"),
    "approval.voided": later("nobody answered in time about {person}"),
    "broadcast.sent": later("{actor} wrote to everybody"),
    "feedback.answered": later("{actor} answered feedback of {person}"),
    "group.set_up": later("{actor} set up a group"),
    # getting in
    "person.invited": later("{actor} made an invitation"),
    "person.admitted": later("{actor} let {person} in"),
    "person.rejected": later("{actor} turned {person} away"),
    "invitation.revoked": later("{actor} took an invitation of {person} back"),
    "access.revoked": later("{actor} took the access of {person} back"),
    "login.accepted": later("{actor} came in by the password"),
    "login.refused": later("a login of {person} was refused"),
    # accounts
    "session.began": later("{actor} logged in on the web"),
    "session.ended": later("{actor} ended web sessions of {person}"),
    "factor.set": later("{actor} set a second factor"),
    "factor.removed": later("{actor} removed a second factor of {person}"),
    "factor.refused": later("{actor} gave a wrong PIN or code"),
    "recovery_codes.made": later("{actor} made recovery codes"),
    "recovery_code.used": later("{actor} used a recovery code"),
    "unfreeze.asked": later("{actor} asked for the end of their freeze"),
    "unfreeze.cancelled": later("{actor} stays frozen after all"),
    # data, payments, wallets
    "deletion.asked": later("{actor} asked to be deleted"),
    "deletion.cancelled": later("{actor} wants to stay after all"),
    "data.deleted": later("what need not be kept of {person} was deleted"),
    "stars.paid": later("{actor} paid with Stars"),
    "stars.refunded": later("{actor} gave Stars back to {person}"),
    "live_wallet.created": later("{actor} made a wallet for {person}"),
}
"""By action; `{actor}` did it and `{person}` is whom it is about. A test knows all actions."""

AUDIT_TITLES: Mapping[str, str] = {
    "season_started": later("Season begun"),
    "blocks_danger_set": later("Safety setting changed"),
    "risk_limit_set": later("Own risk limit set"),
    "lock_lifted": later("Lock lifted"),
    "trading_stopped": later("Trading stopped"),
    "trading_resumed": later("Trading resumed"),
    "staff.looked": later("Staff looked at your figures"),
    "permission.refused": later("Refused for want of a right"),
    "role.changed": later("Role changed"),
    "status.changed": later("Status changed"),
    "limits.changed": later("Limits changed"),
    "approval.asked": later("Approval asked for"),
    "approval.given": later("Approval given"),
    "approval.refused": later("Approval refused"),
    "approval.voided": later("Approval void"),
    "broadcast.sent": later("Message to everybody sent"),
    "feedback.answered": later("Feedback answered"),
    "group.set_up": later("Group set up"),
    "person.invited": later("Invitation made"),
    "person.admitted": later("Let in"),
    "person.rejected": later("Turned away"),
    "invitation.revoked": later("Invitation taken back"),
    "access.revoked": later("Access taken back"),
    "login.accepted": later("Came in by the password"),
    "login.refused": later("Login refused"),
    "session.began": later("Logged in on the web"),
    "session.ended": later("Web session ended"),
    "factor.set": later("Second factor set"),
    "factor.removed": later("Second factor removed"),
    "factor.refused": later("Wrong PIN or code"),
    "recovery_codes.made": later("Recovery codes made"),
    "recovery_code.used": later("Recovery code used"),
    "unfreeze.asked": later("Unfreezing asked for"),
    "unfreeze.cancelled": later("Unfreezing cancelled"),
    "deletion.asked": later("Deletion asked for"),
    "deletion.cancelled": later("Deletion cancelled"),
    "data.deleted": later("Data deleted"),
    "stars.paid": later("Stars paid"),
    "stars.refunded": later("Stars given back"),
    "live_wallet.created": later("Wallet made"),
}
"""By action, as a person reads it of their own account."""
