//! What each endpoint takes, as the description of the API tells it.
#![expect(dead_code, reason = "these describe server functions' arguments and are never made")]

mod memories;
mod minds;
mod people;
mod talk;

pub(super) use memories::{AMemory, CorrectMemory, ForgetAll, OfMe, RememberMe};
pub(super) use minds::{
    ADocument, AMind, AProvider, AddProvider, CreateMind, Days, DuplicateMind, EditMind, EditProvider, ExportMind,
    ImportMind, LookUp, Passages, PlaceMind, PreferProvider, Rehearse, SetPrice, StopReply, WakeMind,
};
pub(super) use people::{
    APerson, ASession, AfterName, AnInvitation, ChangeEmail, ChangePassword, DeleteAccount, EditProfile, Letters,
    LogIn, Register, ResetPassword, SetActive, SetAdmin, SetQuota, Somebody,
};
pub(super) use talk::{
    AChannel, ARoom, ChangeRole, DeleteMessage, EditMessage, EditRoom, IntoCircle, Mute, OfMessage, OneMember, Pin,
    PostMessage, PutAway, React, Read, RecordChannel, RecordStretch, Remove, RenameCircle, Stretch, SyncPositions,
    Typing, Unread, WithSomebody,
};
