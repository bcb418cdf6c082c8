//! Files and directories of the data directory that nobody but their owner opens, whatever the umask.

use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Makes a directory, and those above it that are not there. One that is there already is somebody's choice.
pub fn dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a file, or empties the one that is there and closes it to others.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Makes a file that is not there yet: whoever laid a link in its place is not followed.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn nobody_else_opens_what_is_made_or_was_there() {
        let scratch = tempfile::tempdir().unwrap();
        let inner = scratch.path().join("a/b");
        let file = inner.join("c");
        for _ in 0..2 {
            dir(&inner).unwrap();
            create(&file).unwrap();
            assert_eq!((mode(&inner), mode(&file)), (0o700, 0o600));
            assert_eq!(mode(inner.parent().unwrap()), 0o700);
            std::fs::set_permissions(&file, Permissions::from_mode(0o666)).unwrap();
        }
    }
}
