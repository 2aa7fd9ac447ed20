//! Agents' keys: OpenSSH private key files, and keys held by an `ssh-agent`.

use std::fs;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};

use super::config::write_private;
use super::error::CliError;
use crate::entry::sshsig::{KeySigner, PublicKey, SignError, Signer};

/// Makes a new Ed25519 key and writes it as an OpenSSH private key file with its `.pub` beside it.
///
/// # Errors
/// When the file exists or cannot be written, or the system has no randomness.
pub fn generate(path: &Path, comment: &str) -> Result<PublicKey, CliError> {
    let mut seed = [0; 32];
    random(&mut seed)?;
    let mut key = PrivateKey::from(Ed25519Keypair::from_seed(&seed));
    key.set_comment(comment);
    let text = key.to_openssh(LineEnding::LF).map_err(|e| CliError::bug(format!("a key cannot be written: {e}")))?;
    write_private(path, text.as_bytes(), false)?;
    let public = KeySigner::from_seed(&seed).public();
    let line = format!("{} {comment}\n", public.to_openssh());
    let mut beside = path.as_os_str().to_owned();
    beside.push(".pub");
    write_private(Path::new(&beside), line.as_bytes(), true)?;
    Ok(public)
}

/// Fills a buffer with randomness of the system.
///
/// # Errors
/// When the system has none.
pub fn random(buffer: &mut [u8]) -> Result<(), CliError> {
    getrandom::fill(buffer).map_err(|e| CliError::cannot_run(format!("the system gives no randomness: {e}")))
}

/// The public key in a file: a `.pub` line, or the public half of a private key file.
///
/// # Errors
/// When the file cannot be read or holds no Ed25519 key.
pub fn public(path: &Path) -> Result<PublicKey, CliError> {
    let text = read(path)?;
    if text.starts_with("-----BEGIN") {
        return Ok(open_private(path, &text)?.0);
    }
    PublicKey::from_openssh(text.lines().next().unwrap_or_default()).map_err(|e| {
        CliError::bad_input(format!("{} holds no usable key", path.display()))
            .because(&e)
            .hint("make one with `ssh-keygen -t ed25519`")
    })
}

/// A signer for the key in a file; one that only the `ssh-agent` holds is used through it.
///
/// # Errors
/// When the key cannot be read, its passphrase is not given, or no agent holds it.
pub fn signer(path: &Path) -> Result<Box<dyn Signer>, CliError> {
    let text = read(path)?;
    let public = if text.starts_with("-----BEGIN") {
        let (public, key) = open_private(path, &text)?;
        if let Some(key) = key {
            return key_signer(path, &key);
        }
        public
    } else {
        self::public(path)?
    };
    if let Some(agent) = AgentSigner::find(public)? {
        return Ok(Box::new(agent));
    }
    if !text.starts_with("-----BEGIN") {
        return Err(CliError::cannot_run(format!(
            "{} is a public key, and no ssh-agent holds its private half",
            path.display()
        ))
        .hint("run `ssh-add` with the private key, or name the private key's file"));
    }
    unlock(path, &text)
}

fn read(path: &Path) -> Result<String, CliError> {
    let failed = |e: &dyn std::error::Error| {
        CliError::cannot_run(format!("cannot read the key file {}", path.display())).because(e)
    };
    let metadata = fs::metadata(path).map_err(|e| failed(&e))?;
    if metadata.len() > 65_536 {
        return Err(CliError::bad_input(format!("{} is too large for a key file", path.display())));
    }
    fs::read_to_string(path).map_err(|e| failed(&e))
}

/// The public half, and the private one where no passphrase guards it.
fn open_private(path: &Path, text: &str) -> Result<(PublicKey, Option<PrivateKey>), CliError> {
    let key = PrivateKey::from_openssh(text)
        .map_err(|e| CliError::bad_input(format!("{} is not an OpenSSH private key", path.display())).because(&e))?;
    let raw = key.public_key().key_data().ed25519().ok_or_else(|| wrong_type(path))?.0;
    let public = PublicKey::from_bytes(&raw).map_err(|e| CliError::bad_input(e.to_string()))?;
    Ok((public, (!key.is_encrypted()).then_some(key)))
}

fn wrong_type(path: &Path) -> CliError {
    CliError::bad_input(format!("{} is not an Ed25519 key", path.display()))
        .hint("make one with `ssh-keygen -t ed25519`")
}

fn key_signer(path: &Path, key: &PrivateKey) -> Result<Box<dyn Signer>, CliError> {
    let KeypairData::Ed25519(pair) = key.key_data() else { return Err(wrong_type(path)) };
    Ok(Box::new(KeySigner::from_seed(&pair.private.to_bytes())))
}

fn unlock(path: &Path, text: &str) -> Result<Box<dyn Signer>, CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::cannot_run(format!(
            "{} has a passphrase, and there is no terminal to ask on",
            path.display()
        ))
        .hint("load the key with `ssh-add`"));
    }
    let prompt = format!("Passphrase for {}: ", path.display());
    let passphrase = rpassword::prompt_password(prompt)
        .map_err(|e| CliError::cannot_run("cannot ask for the passphrase").because(&e))?;
    let key = PrivateKey::from_openssh(text)
        .and_then(|key| key.decrypt(passphrase.as_bytes()))
        .map_err(|_| CliError::bad_input(format!("that is not the passphrase of {}", path.display())))?;
    key_signer(path, &key)
}

/// A key held by the `ssh-agent` at `SSH_AUTH_SOCK` (draft-ietf-sshm-ssh-agent).
#[derive(Debug)]
struct AgentSigner {
    public: PublicKey,
    socket: std::path::PathBuf,
}

const LARGEST_ANSWER: u32 = 262_144;

impl AgentSigner {
    /// `None` where there is no agent, or it does not hold the key.
    fn find(public: PublicKey) -> Result<Option<Self>, CliError> {
        let Some(socket) = std::env::var_os("SSH_AUTH_SOCK").filter(|s| !s.is_empty()) else { return Ok(None) };
        let found = Self { public, socket: socket.into() };
        let Ok(answer) = found.ask(&[11]) else { return Ok(None) };
        let blob = key_blob(public)?;
        Ok(answer.windows(blob.len()).any(|w| w == blob).then_some(found))
    }

    fn ask(&self, request: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.write_all(&(request.len() as u32).to_be_bytes())?;
        stream.write_all(request)?;
        let mut len = [0; 4];
        stream.read_exact(&mut len)?;
        let len = u32::from_be_bytes(len);
        if len > LARGEST_ANSWER {
            return Err(std::io::Error::other("the answer is too long"));
        }
        let mut answer = vec![0; len as usize];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    }
}

fn key_blob(public: PublicKey) -> Result<Vec<u8>, CliError> {
    let line = public.to_openssh();
    let key = ssh_key::PublicKey::from_openssh(&line).map_err(|e| CliError::bug(format!("own key text: {e}")))?;
    key.to_bytes().map_err(|e| CliError::bug(format!("own key bytes: {e}")))
}

fn put(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

impl Signer for AgentSigner {
    fn public(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, blob: &[u8]) -> Result<[u8; 64], SignError> {
        let failed = |reason: String| SignError { reason };
        let key = key_blob(self.public).map_err(|e| failed(e.message))?;
        let mut request = vec![13];
        put(&key, &mut request);
        put(blob, &mut request);
        request.extend_from_slice(&0u32.to_be_bytes());
        let answer = self.ask(&request).map_err(|e| failed(format!("ssh-agent: {e}")))?;
        // 14 ‖ string(string "ssh-ed25519" ‖ string sig[64]): the signature is the last 64 bytes of 88.
        match answer.split_first() {
            Some((14, rest)) if rest.len() == 4 + 4 + 11 + 4 + 64 => {
                rest[rest.len() - 64..].try_into().map_err(|_| failed("ssh-agent: a strange answer".into()))
            }
            _ => Err(failed("the ssh-agent refused".into())),
        }
    }
}
