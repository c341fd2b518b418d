"""What is asked of Windows: short scripts of PowerShell, put together into few starts of it.

Each question answers by itself or not at all, in numbers, identifiers and names that are the same in every language of
Windows: what people read there (names of groups, of states, dates) differs, and is not asked for. Lists stand within an
object, as PowerShell makes a list of one its only item where it is the whole answer.
"""

from collections.abc import Mapping

QUICK: Mapping[str, str] = {
    "system": r"""
        $o = Get-CimInstance Win32_OperatingSystem
        $v = Get-ItemProperty 'Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
        @{ version = $o.Version; build = [int]$o.BuildNumber; kind = [int]$o.ProductType; revision = [int]$v.UBR }""",
    "bitlocker": r"""
        $b = Get-BitLockerVolume -MountPoint $env:SystemDrive
        @{ protection = $b.ProtectionStatus.ToString(); volume = $b.VolumeStatus.ToString() }""",
    "firewall": r"""
        @{ profiles = @(Get-NetFirewallProfile -PolicyStore ActiveStore | ForEach-Object { @{
             on = [int]$_.Enabled; inbound = [int]$_.DefaultInboundAction } }) }""",
    "defender": r"""
        $d = Get-MpComputerStatus
        @{ service = [bool]$d.AMServiceEnabled; on = [bool]$d.AntivirusEnabled;
           live = [bool]$d.RealTimeProtectionEnabled; age = [long]$d.AntivirusSignatureAge;
           mode = [string]$d.AMRunningMode }""",
    "products": r"""
        $c = 'root/SecurityCenter2'
        @{ antivirus = @(Get-CimInstance -Namespace $c -ClassName AntiVirusProduct | ForEach-Object { @{
             id = $_.instanceGuid; state = [long]$_.productState } });
           firewall = @(Get-CimInstance -Namespace $c -ClassName FirewallProduct | ForEach-Object { @{
             id = $_.instanceGuid; state = [long]$_.productState } }) }""",
    "firmware": r"""
        [int](Get-ItemProperty 'Registry::HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control').PEFirmwareType""",
    "secure_boot": r"[bool](Confirm-SecureBootUEFI)",
    "tpm": r"""
        @{ present = [bool](Get-Tpm).TpmPresent;
           versions = @(Get-CimInstance -Namespace 'root/cimv2/Security/MicrosoftTpm' -ClassName Win32_Tpm |
             ForEach-Object { [string]$_.SpecVersion }) }""",
    "lock": r"""
        $m = 'Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
        $i = (Get-ItemProperty $m).InactivityTimeoutSecs
        $u = @(Get-ChildItem 'Registry::HKEY_USERS' |
          Where-Object { $_.PSChildName -match '^S-1-(5-21|12-1)-[0-9-]+$' })
        @{ inactivity = if ($null -eq $i) { -1 } else { [long]$i };
           people = @($u | ForEach-Object {
             $s = Get-ItemProperty ($_.PSPath + '\Control Panel\Desktop')
             $p = Get-ItemProperty ($_.PSPath + '\Software\Policies\Microsoft\Windows\Control Panel\Desktop') -EA Ignore
             $r = @{}
             foreach ($n in 'ScreenSaveActive', 'ScreenSaverIsSecure', 'ScreenSaveTimeOut', 'SCRNSAVE.EXE') {
               $r[$n] = if ($null -ne $p.$n) { [string]$p.$n } else { [string]$s.$n } }
             $r }) }""",
    "administrators": r"""
        $n = (New-Object Security.Principal.SecurityIdentifier 'S-1-5-32-544').Translate([Security.Principal.NTAccount])
        $g = [ADSI]('WinNT://./' + $n.Value.Split('\')[-1] + ',group')
        @{ members = @($g.Invoke('Members') | ForEach-Object {
             $b = $_.GetType().InvokeMember('objectSid', 'GetProperty', $null, $_, $null)
             @{ id = (New-Object Security.Principal.SecurityIdentifier ($b, 0)).Value;
                kind = $_.GetType().InvokeMember('Class', 'GetProperty', $null, $_, $null) } });
           people = @(Get-ChildItem 'Registry::HKEY_USERS' | ForEach-Object { $_.PSChildName } |
             Where-Object { $_ -match '^S-1-(5-21|12-1)-[0-9-]+$' }) }""",
    "joined": r"""
        $c = Get-CimInstance Win32_ComputerSystem
        $e = @(Get-ChildItem 'Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Enrollments' -EA Ignore |
          Where-Object { $_.GetValue('EnrollmentState') -eq 1 -and $_.GetValue('ProviderID') -eq 'MS DM Server' })
        @{ member = [bool]$c.PartOfDomain; domain = [string]$c.Domain; mdm = $e.Count -gt 0 }""",
    "restart": r"""
        $k = 'Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\'
        (Test-Path ($k + 'WindowsUpdate\Auto Update\RebootRequired')) -or
        (Test-Path ($k + 'Component Based Servicing\RebootPending'))""",
    "space": r"""
        $d = Get-CimInstance Win32_LogicalDisk | Where-Object { $_.DeviceID -eq $env:SystemDrive }
        @{ size = [long]$d.Size; free = [long]$d.FreeSpace }""",
}
"""Answer within seconds."""

SLOW: Mapping[str, str] = {
    "waiting": r"""
        $s = New-Object -ComObject Microsoft.Update.Session
        $f = $s.CreateUpdateSearcher(); $f.Online = $false
        $r = $f.Search('IsInstalled=0 and IsHidden=0')
        $a = New-Object -ComObject Microsoft.Update.AutoUpdate
        @{ result = [int]$r.ResultCode; looked = $a.Results.LastSearchSuccessDate.ToString('s') + 'Z';
           kinds = @($r.Updates | ForEach-Object {
             @($_.Categories | ForEach-Object { $_.CategoryID }) -join ' ' }) }""",
    "installed": r"""
        $f = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
        $n = [Math]::Min(200, $f.GetTotalHistoryCount())
        $h = if ($n -gt 0) { $f.QueryHistory(0, $n) | Where-Object { $_.Operation -eq 1 -and $_.ResultCode -eq 2 } }
        @{ updates = @($h | Where-Object { $_ } | ForEach-Object { @{
             at = $_.Date.ToString('s') + 'Z'; title = [string]$_.Title } }) }""",
    "hotfixes": r"""
        @{ on = @(Get-CimInstance Win32_QuickFixEngineering |
             ForEach-Object { [string]$_.CimInstanceProperties['InstalledOn'].Value }) }""",
    "disks": r"""
        @{ disks = @(Get-PhysicalDisk | ForEach-Object { @{
             bus = [int]$_.CimInstanceProperties['BusType'].Value;
             health = [int]$_.CimInstanceProperties['HealthStatus'].Value } }) }""",
}
"""Take seconds of the processor; for now and then."""


def script(questions: Mapping[str, str]) -> str:
    """One JSON object: the name of each question that was answered, and its answer."""
    asked = "\n".join(
        f"try {{ $answers['{name}'] = & {{ {question.strip()} }} }} catch {{ }}"
        for name, question in questions.items()
    )
    return (
        "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'\n"
        "[Console]::OutputEncoding = New-Object Text.UTF8Encoding $false\n"
        f"$answers = @{{}}\n{asked}\n"
        "ConvertTo-Json -InputObject $answers -Depth 6 -Compress"
    )
