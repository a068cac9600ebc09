; The installer for one user: the program, its documents, PATH, and an entry in "Installed apps". package.py gives the values in ${…}.
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
RequestExecutionLevel user
Name "swyx-teams"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\swyx-teams"
ShowInstDetails show

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "swyx-teams"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Installs swyx-teams"
VIAddVersionKey "LegalCopyright" "MIT OR Apache-2.0"

!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\swyx-teams"
!ifdef SIGN
    !uninstfinalize '${SIGN} "%1"'
!endif

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Section
    SetOutPath "$INSTDIR"
    File /r "${FOLDER}/*"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    ; Strings of NSIS end at 1,024 characters, and PATH may be longer: the program changes it.
    nsExec::ExecToLog '"$INSTDIR\swyx-teams.exe" path add'
    Pop $0
    StrCmp $0 "0" +3
        DetailPrint "The folder was not added to PATH."
        SetErrorLevel 1
    WriteRegStr HKCU "${ENTRY}" "DisplayName" "swyx-teams"
    WriteRegStr HKCU "${ENTRY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${ENTRY}" "Publisher" "${PUBLISHER}"
    WriteRegStr HKCU "${ENTRY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${ENTRY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${ENTRY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${ENTRY}" "NoModify" 1
    WriteRegDWORD HKCU "${ENTRY}" "NoRepair" 1
SectionEnd

Section "Uninstall"
    nsExec::ExecToLog '"$INSTDIR\swyx-teams.exe" path remove'
    Pop $0
    ; Only what was installed: the folder may contain settings of the user.
    !include "${FILES}"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    DeleteRegKey HKCU "${ENTRY}"
SectionEnd
