//! People and their accounts.

use super::super::arguments::{
    APerson, ASession, AfterName, AnInvitation, ChangeEmail, ChangePassword, DeleteAccount, EditProfile, Letters,
    LogIn, Register, ResetPassword, SetActive, SetAdmin, SetQuota, Somebody,
};
use super::{Endpoint, gives, many, nothing, of, takes};
use model::accounts::{Invitation, Me, OpenInvitation, OwnSession, PersonRow, Profile, ResetLink};
use model::{Code, Entity};

pub(super) fn all() -> Vec<Endpoint> {
    use Code::{
        AdminOnly, EmailTaken, InvitationInvalid, InvitationRequired, LastAdmin, NameTaken, NotFound, NotLoggedIn,
        RateLimited, WrongCredentials,
    };
    vec![
        of(
            "accounts/register",
            "Register and be logged in",
            takes::<Register>(),
            gives::<Me>(),
            &[NameTaken, EmailTaken, InvitationRequired, InvitationInvalid, RateLimited],
        ),
        of("accounts/login", "Log in", takes::<LogIn>(), gives::<Me>(), &[WrongCredentials, RateLimited]),
        of("accounts/logout", "End this session", None, nothing(), &[]),
        of("accounts/logout-everywhere", "End all of one's sessions", None, nothing(), &[NotLoggedIn]),
        of("accounts/me", "Who is logged in", None, gives::<Me>(), &[NotLoggedIn]),
        of(
            "accounts/invite",
            "Make an invitation link (admins)",
            None,
            gives::<Invitation>(),
            &[NotLoggedIn, AdminOnly],
        ),
        of("accounts/profile", "One's own profile", None, gives::<Profile>(), &[NotLoggedIn]),
        of(
            "accounts/edit",
            "Change name, bio, language, status and whether one is busy",
            takes::<EditProfile>(),
            nothing(),
            &[NotLoggedIn, NameTaken, RateLimited],
        ),
        of(
            "accounts/password",
            "Change the password; every other session ends",
            takes::<ChangePassword>(),
            nothing(),
            &[NotLoggedIn, WrongCredentials, RateLimited],
        ),
        of(
            "accounts/email",
            "Change the e-mail address",
            takes::<ChangeEmail>(),
            nothing(),
            &[NotLoggedIn, WrongCredentials, EmailTaken, RateLimited],
        ),
        of("accounts/sessions", "Where one is logged in", None, many::<OwnSession>(), &[NotLoggedIn]),
        of(
            "accounts/end-session",
            "End one of one's sessions",
            takes::<ASession>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of(
            "accounts/reset",
            "Choose a new password by a link from an admin",
            takes::<ResetPassword>(),
            nothing(),
            &[InvitationInvalid, RateLimited],
        ),
        of(
            "accounts/delete",
            "Go for good; what one said stays without a name, or is emptied",
            takes::<DeleteAccount>(),
            nothing(),
            &[NotLoggedIn, WrongCredentials, LastAdmin, RateLimited],
        ),
        of(
            "admin/people",
            "Everybody with an account, by name, 100 at a time (admins)",
            takes::<AfterName>(),
            many::<PersonRow>(),
            &[NotLoggedIn, AdminOnly],
        ),
        of(
            "admin/reset",
            "Make a link by which somebody chooses a new password (admins)",
            takes::<APerson>(),
            gives::<ResetLink>(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "admin/active",
            "Keep somebody out at once, or let them in again (admins)",
            takes::<SetActive>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound, LastAdmin],
        ),
        of(
            "admin/admin",
            "Make somebody an admin, or no longer (admins)",
            takes::<SetAdmin>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound, LastAdmin],
        ),
        of(
            "admin/quota",
            "Set how many messages somebody may post in a week (admins)",
            takes::<SetQuota>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "admin/invitations",
            "The invitations that nobody has used yet (admins)",
            None,
            many::<OpenInvitation>(),
            &[NotLoggedIn, AdminOnly],
        ),
        of(
            "admin/withdraw",
            "Withdraw an invitation (admins)",
            takes::<AnInvitation>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "people/active",
            "Say that one is at it: who does nothing for a while is away",
            None,
            nothing(),
            &[NotLoggedIn],
        ),
        of(
            "people/find",
            "Members whose name holds some letters",
            takes::<Letters>(),
            many::<Entity>(),
            &[NotLoggedIn],
        ),
        of(
            "people/block",
            "Block a member: private contact ends, their messages are hidden",
            takes::<Somebody>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of("people/unblock", "End a block", takes::<Somebody>(), nothing(), &[NotLoggedIn]),
        of("people/blocked", "Whom one has blocked", None, many::<Entity>(), &[NotLoggedIn]),
    ]
}
